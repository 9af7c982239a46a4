import { durationMs, formatDuration } from './duration'
import type { ExceptionStanding } from './exception'
import type { Policy } from './policy/schema'

const DAY_MS = 86_400_000

/** How much of the policy's budget of open exception days is used; days are days and parts of days. */
export type ExceptionBudget = {
  days: number
  spent: number
  /** Never below 0; 0: promotions of the system wait. */
  left: number
  /** The stretch of time that counts, an ISO 8601 duration. */
  within: string
}

/**
 * The budget of open exception days of a system at an instant; null where its policy sets none. Counted are all approved exceptions of the system, from
 * since when they deviate until they ended (what is overdue still counts), as far as that lies in the stretch behind `now`. The caller gives those that
 * are open and those that ended in that stretch (`loadRecentExceptions`).
 */
export function budgetOf(
  policy: Policy,
  exceptions: readonly Pick<ExceptionStanding, 'system' | 'startsAt' | 'endedAt' | 'approvedAt'>[],
  now: Date,
): ExceptionBudget | null {
  const { budget } = policy.drift
  if (!budget) return null
  const from = now.getTime() - durationMs(budget.within)
  const ms = exceptions.reduce((sum, { system, startsAt, endedAt, approvedAt }) => {
    if (system !== policy.system.slug || approvedAt === null || approvedAt > now) return sum
    const end = Math.min(now.getTime(), endedAt?.getTime() ?? now.getTime())
    return sum + Math.max(0, end - Math.max(from, startsAt.getTime()))
  }, 0)
  const spent = ms / DAY_MS
  return { days: budget.days, spent, left: Math.max(0, budget.days - spent), within: budget.within }
}

/** "12.5 of 30 exception days in 90 days are used." */
export function budgetInWords({ days, spent, within }: ExceptionBudget): string {
  const used = Math.floor(spent * 10) / 10
  return `${used} of ${days} exception ${days === 1 ? 'day' : 'days'} in ${formatDuration(within)} ${used === 1 ? 'is' : 'are'} used.`
}
