import 'server-only'
import { judgedOf, loadJudgedFacts } from '@/lib/db/load-judge-context'
import { findActivePolicy } from '@/lib/db/load-policy'
import { lockSystem } from '@/lib/db/lock-system'
import type { Work } from '@/lib/db/mutate'
import { writeFindings } from '@/lib/db/write-findings'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { FindingEnd } from '@/lib/domain/finding'
import { judgeSystem } from '@/lib/domain/observation/judge'
import { reconcile } from '@/lib/domain/observation/reconcile'

/**
 * Makes the open findings of a system say what its facts say now, and gives the events of those that opened and closed. Every use case calls it that changes what
 * facts are judged by: the policy, a flag, a governed change, a variant, a rotation that is over, break-glass, a deployment, an attestation. `because`: why a
 * finding ends that no new fact ends. Last in its transaction (`lockSystem` says why). Three statements, more only where something is written.
 */
export async function reconcileSystem(
  { tx, now }: Pick<Work, 'tx' | 'now'>,
  systemId: string,
  because: Exclude<FindingEnd, 'resolved'> = 'facts',
): Promise<AuditEvent[]> {
  await lockSystem(tx, systemId)
  const version = await findActivePolicy(tx, systemId)
  if (!version) return []
  const { facts, context, findings } = judgedOf(await loadJudgedFacts(tx, [version], now), systemId)
  const plan = reconcile(findings, judgeSystem(version.policy, facts, context, now), because)
  return (await writeFindings(tx, { systemId, policyHash: version.hash, now }, plan)).events
}
