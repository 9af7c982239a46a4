import 'server-only'
import type { Tx } from '@/lib/db/client'
import { judgedOf, loadJudgedFacts } from '@/lib/db/load-judge-context'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { ExceptionFacts } from '@/lib/domain/exception-approval'
import type { ClosingEvidence } from '@/lib/domain/exception-guards'
import type { ObservationFacts } from '@/lib/domain/observation/facts'
import { judgeSystem } from '@/lib/domain/observation/judge'
import { mergeFacts } from '@/lib/domain/observation/merge'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'

/**
 * An observation by its id, and whether it shows the rule of an exception met: what it reports by itself does, beside what the other profiles last reported,
 * and nothing newer of that rule deviates. Null for an observation that there is not.
 */
export async function lookAtObservation(
  tx: Tx,
  facts: Pick<ExceptionFacts, 'system' | 'profile' | 'rule'>,
  id: string,
  now: Date,
): Promise<Pick<ClosingEvidence, 'observation' | 'isMet'>> {
  const row = await tx.observation.findUnique({
    where: { id },
    select: { id: true, systemId: true, profileKey: true, instance: true, source: true, facts: true, recordedAt: true },
  })
  if (!row) return { observation: null, isMet: false }
  const observation = { id: row.id, system: row.systemId, profile: row.profileKey, recordedAt: row.recordedAt }
  if (row.systemId !== facts.system || row.profileKey !== facts.profile) return { observation, isMet: false }
  const active = await loadActivePolicy(tx, facts.system)
  const { policy } = active
  const { facts: current, context } = judgedOf(await loadJudgedFacts(tx, [active], now), facts.system)
  const reported = mergeFacts(
    policy,
    [],
    { ...row, profile: row.profileKey, facts: row.facts as ObservationFacts }, // stored through its schema only
    context.explained,
  )
  const alone = [...current.filter(({ profile }) => profile !== facts.profile), ...reported]
  const shows = verdictOf(judgeSystem(policy, alone, context, row.recordedAt), facts)
  const latest = verdictOf(judgeSystem(policy, current, context, now), facts)
  return { observation, isMet: shows?.state === 'met' && latest?.state !== 'deviates' }
}

/** What is said of the rule on its profile; of a gate, what is said of the constraint of the same id. */
function verdictOf(verdicts: readonly RuleVerdict[], facts: Pick<ExceptionFacts, 'profile' | 'rule'>): RuleVerdict | undefined {
  const keys = [facts.rule, ...(facts.rule.startsWith('gate.') ? [`constraint.${facts.rule.slice('gate.'.length)}`] : [])]
  return keys.flatMap((key) => verdicts.find(({ rule, profile }) => rule === key && profile === facts.profile) ?? [])[0]
}
