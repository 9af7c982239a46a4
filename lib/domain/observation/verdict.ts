import type { Severity } from '../finding'
import type { Provenance } from '../policy/parts/basics'

export const RULE_STATES = ['deviates', 'stale', 'unknown', 'met'] as const
/** What facts say of a rule, worst first. `unknown`: nobody reported it. Whether a deviation is covered is asked of the exceptions. */
export type RuleState = (typeof RULE_STATES)[number]

/** What reported facts say of one rule of the policy on one profile, with the age of the fact. Pure: computed from facts, policy and instant. */
export type RuleVerdict = {
  /** Key of the rule: `runtime.launchPath`, `constraint.x`, `variable.X`, `isolation.x`, `file.x`, `environment.name` and the like (rule-ref.ts). */
  rule: string
  profile: string
  state: RuleState
  /** Of a deviation. */
  severity: Severity
  title: string
  /** As the policy says it, and as it was observed, in a few words. Never a value of a secret. */
  expected: string
  observed: string
  seenAt: Date | null
  instance: string | null
  provenance: Provenance
  /**
   * Of a cell of the matrix that follows from rules of their own: the keys of those, on the same profile, that make it deviate. Their findings and exceptions
   * stand for it, so it opens none itself, and it is covered when all of them are. Left out or empty: the deviation is its own.
   */
  causes?: readonly string[]
}
