import type { Policy, PolicyObserved } from '../policy/schema'
import type { JudgeContext } from './context'
import type { CurrentFact } from './facts'
import type { RuleVerdict } from './verdict'

/** What reported facts say of rules that are judged together: the gate of an edge, a cell of the matrix. */
export type Judged = Pick<RuleVerdict, 'state' | 'severity' | 'observed' | 'seenAt' | 'instance'>

/**
 * What reported facts say of every rule of a policy that facts can judge, on every profile. Pure and total: the same answer for matrix, gates, findings, API
 * and command line; the order of facts does not matter.
 */
export function judgeSystem(policy: Policy, facts: readonly CurrentFact[], context: JudgeContext, now: Date): RuleVerdict[] {
  throw new Error(`not yet: ${policy.system.slug} ${facts.length} ${context.flags.length} ${now}`)
}

/** What facts of a profile say of the bindings of a gate: all of them must hold. `unknown` where there are none. */
export function judgeBindings(
  policy: Policy,
  observed: readonly PolicyObserved[],
  profile: string,
  facts: readonly CurrentFact[],
  context: JudgeContext,
  now: Date,
): Judged {
  throw new Error(`not yet: ${policy.system.slug} ${observed.length} ${profile} ${facts.length} ${context.flags.length} ${now}`)
}
