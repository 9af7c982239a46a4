import { coveringException, type ExceptionStanding } from './exception'
import type { CoveringException } from './gate'
import type { Policy } from './policy/schema'
import { neverExceptable } from './rule-ref'

/**
 * The exception that covers a gate towards a profile at an instant; null for none. An exception of a constraint covers the gate of the same id, since it
 * is the same rule. What the policy never excepts is covered by nothing, whatever is on record (fail closed). Of two, the one that lasts longest.
 */
export function gateException(
  policy: Policy,
  gate: string,
  at: { system: string; profile: string },
  exceptions: readonly ExceptionStanding[],
  now: Date,
): CoveringException | null {
  const rules = [`gate.${gate}`, `constraint.${gate}`]
  if (rules.some((key) => neverExceptable(policy, { key }) !== null)) return null
  const covering = rules
    .flatMap((rule) => coveringException(exceptions, { ...at, rule }, now) ?? [])
    .toSorted((a, b) => b.endsAt.getTime() - a.endsAt.getTime())[0]
  return covering ? { id: covering.id, endsAt: covering.endsAt } : null
}
