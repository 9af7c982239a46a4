import 'server-only'
import { db } from '@/lib/db/client'
import { loadDebts } from '@/lib/db/load-debts'
import { loadSecretFacts } from '@/lib/db/load-keys'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { loadRotations } from '@/lib/db/load-rotations'
import type { Debt } from '@/lib/domain/debt'
import type { FingerprintFinding } from '@/lib/domain/fingerprint'
import type { KeyStanding } from '@/lib/domain/key-standing'
import type { OpenGlass } from '@/lib/domain/matrix-cell'
import type { RotationFacts } from '@/lib/domain/rotation'
import type { SecretAuditStanding } from '@/lib/domain/secret-audit'
import { type Looker, loadReadable } from './system-standing'

/** The whole of SecOps in one page: of every system somebody may see, what is wrong, what comes, what runs and what is owed. */
export type SecretsView = {
  systems: { slug: string; name: string }[]
  /** Past its limit, the longest first. */
  overdue: KeyStanding[]
  /** In the last tenth of its limit, the nearest first. */
  dueSoon: KeyStanding[]
  /** Of which no key is recorded: their age is not known. */
  unknown: KeyStanding[]
  /** How many are within their limit. */
  fine: number
  running: RotationFacts[]
  /** Begun and not over: in progress, verifying or on the way back. */
  halfDone: RotationFacts[]
  findings: FingerprintFinding[]
  /** By system and mapping: what a finding's ids are called. */
  variables: ReadonlyMap<string, string>
  debts: Debt[]
  audits: SecretAuditStanding[]
  glass: OpenGlass[]
}

/** What SecOps sees in one page; a number of statements that does not grow with systems. Unseen systems are left out (T23). */
export async function getSecrets(looker: Looker): Promise<SecretsView> {
  const systems = await loadReadable(looker)
  const ids = systems.map(({ id }) => id)
  const policies = await Promise.all(systems.map(async ({ versionId }) => (await loadPolicyVersion(db, versionId)).policy))
  const [facts, open, debts] = await Promise.all([
    loadSecretFacts(db, policies, looker.now),
    ids.length === 0 ? [] : loadRotations(db, { systemId: { in: ids }, endedAt: null }, looker.now),
    loadDebts(db, ids, looker.now),
  ])
  const inState = (state: KeyStanding['state']) => facts.standings.filter((standing) => standing.state === state)
  const due = ({ dueAt }: KeyStanding) => dueAt?.getTime() ?? 0
  return {
    systems: systems.map(({ id, name }) => ({ slug: id, name })),
    overdue: inState('overdue').toSorted((a, b) => due(a) - due(b)),
    dueSoon: inState('due_soon').toSorted((a, b) => due(a) - due(b)),
    unknown: inState('unknown'),
    fine: inState('ok').length,
    running: open.filter(({ status }) => status === 'planned'),
    halfDone: open.filter(({ status }) => status !== 'planned'),
    findings: facts.findings,
    variables: new Map(
      policies.flatMap((policy) =>
        policy.secrets.mappings.map((mapping) => [`${policy.system.slug} ${mapping.id}`, mapping.variable] as const),
      ),
    ),
    debts: debts.toSorted((a, b) => (a.dueAt ?? a.since).getTime() - (b.dueAt ?? b.since).getTime()),
    audits: facts.audits,
    glass: facts.glass,
  }
}
