import 'server-only'
import { attestationTopics } from '@/lib/domain/attestation'
import type { AttestationDue } from '@/lib/domain/inbox-drift'
import type { Policy } from '@/lib/domain/policy/schema'
import type { Tx } from './client'

/** This long before its next date an attestation is on its owner's table. */
const AHEAD_MS = 7 * 86_400_000

type Row = { systemId: string; profileKey: string | null; topic: string; ownerId: string; nextDueAt: Date }

/** What nobody attested yet, or has to attest again within a week, of the systems of some policies (002.14, 002.43, 002.44). One statement, none without topics. */
export async function loadAttestationsDue(tx: Tx, policies: readonly Policy[], now: Date): Promise<AttestationDue[]> {
  const asked = policies.flatMap((policy) => attestationTopics(policy).map((topic) => ({ policy, topic })))
  if (asked.length === 0) return []
  const systems = [...new Set(asked.map(({ policy }) => policy.system.slug))]
  const rows = await tx.$queryRaw<Row[]>`
    SELECT DISTINCT ON ("systemId", topic, "profileKey") "systemId", "profileKey", topic, "ownerId", "nextDueAt" FROM "Attestation"
    WHERE "systemId" = ANY (${systems}::text[]) ORDER BY "systemId", topic, "profileKey", "attestedAt" DESC, id DESC`
  return asked.flatMap(({ policy, topic }) =>
    (topic.profiles ?? [null]).flatMap((profile): AttestationDue[] => {
      const { slug, name } = policy.system
      const last = rows.find((row) => row.systemId === slug && row.topic === topic.topic && row.profileKey === profile)
      if (last && last.nextDueAt.getTime() - now.getTime() > AHEAD_MS) return []
      return [
        {
          system: { id: slug, name },
          profile,
          topic: topic.topic,
          title: topic.title,
          by: topic.by,
          ownerId: last?.ownerId ?? null,
          dueAt: last?.nextDueAt ?? null,
        },
      ]
    }),
  )
}
