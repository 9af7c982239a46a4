import type { Policy, PolicyVariable } from '../policy/schema'
import type { Scope } from './scope'

/** What was last said of a condition: whether it applies, by which runtime and when. */
export type ConditionAnswer = { variable: string; applies: boolean; instance: string; seenAt: Date }

/** Whether a variable is needed under a condition that no profile or phase of the policy decides: somebody has to say whether it applies (002.20). */
export const isAsked = ({ requiredWhen }: PolicyVariable): boolean =>
  requiredWhen !== undefined && requiredWhen.profiles === undefined && requiredWhen.phases === undefined

/** Names of the variables whose condition somebody has to answer. */
export const askedConditions = (policy: Policy): string[] => policy.variables.filter(isAsked).map(({ name }) => name)

/**
 * The conditions that are answered on a profile: by each variable the newest answer that is fresh; of two at one instant the one that asks for more. An old
 * answer is none, so that the variable warns again (002.20).
 */
export function answersOn(scope: Scope, profile: string): ConditionAnswer[] {
  const { rows, fresh } = scope.seen(profile, 'conditions')
  if (!fresh) return []
  const newest = new Map<string, ConditionAnswer>()
  for (const { facts, instance, seenAt } of rows)
    for (const { variable, applies } of facts) {
      const known = newest.get(variable)
      const counts = !known || seenAt > known.seenAt || (seenAt.getTime() === known.seenAt.getTime() && applies && !known.applies)
      if (counts) newest.set(variable, { variable, applies, instance, seenAt })
    }
  return askedConditions(scope.policy).flatMap((name) => newest.get(name) ?? [])
}

/** Answers as `evaluateContract` takes them. */
export const conditionsFrom = (answers: readonly ConditionAnswer[]): Record<string, boolean> =>
  Object.fromEntries(answers.map(({ variable, applies }) => [variable, applies]))
