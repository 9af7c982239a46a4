import 'server-only'
import { db } from '@/lib/db/client'
import { namedSelect, toNamed } from '@/lib/db/named'
import type { DossierException } from '@/lib/domain/dossier'
import type { SealedWords } from '@/lib/domain/notes-exceptions'

type Referring = Pick<DossierException, 'owner' | 'reason' | 'remediation'>

/**
 * What sealed texts say by id and digest, as it reads today: names of owners, why, and how it gets fixed (T40). Two statements, none where there is nothing to
 * look up; what was erased is missing. `principals` are others to name. The caller has seen that what refers to them may be read.
 */
export async function loadSealedWords(exceptions: readonly Referring[], principals: readonly string[] = []): Promise<SealedWords> {
  const ids = [...new Set([...exceptions.map(({ owner }) => owner), ...principals])]
  const digests = [...new Set(exceptions.flatMap(({ reason, remediation }) => [reason, remediation]))]
  const [people, texts] = await Promise.all([
    ids.length === 0 ? [] : db.principal.findMany({ where: { id: { in: ids } }, ...namedSelect }),
    digests.length === 0 ? [] : db.auditText.findMany({ where: { digest: { in: digests } }, select: { digest: true, body: true } }),
  ])
  return {
    names: Object.fromEntries(people.map((person) => [person.id, toNamed(person).name])),
    texts: Object.fromEntries(texts.flatMap(({ digest, body }) => (body === null ? [] : [[digest, body]]))),
  }
}
