import 'server-only'
import { db } from '@/lib/db/client'
import { loadRecentExceptions } from '@/lib/db/load-exceptions'
import { durationMs } from '@/lib/domain/duration'
import { budgetInWords, budgetOf, type ExceptionBudget } from '@/lib/domain/exception-budget'
import type { Policy } from '@/lib/domain/policy/schema'

/** The budget of open exception days of one system, with its words; those whose policy sets none have no line. */
export type BudgetLine = { slug: string; name: string; budget: ExceptionBudget; words: string; text: string }

/** The budgets of some systems at an instant: one statement, and none where no policy sets one. */
export async function loadBudgets(systems: readonly { slug: string; name: string; policy: Policy }[], now: Date): Promise<BudgetLine[]> {
  const set = systems.flatMap((system) => (system.policy.drift.budget ? [{ ...system, rule: system.policy.drift.budget }] : []))
  if (set.length === 0) return []
  const longest = Math.max(...set.map(({ rule }) => durationMs(rule.within)))
  const recent = await loadRecentExceptions(
    db,
    set.map(({ slug }) => slug),
    new Date(now.getTime() - longest),
  )
  return set.flatMap(({ slug, name, policy, rule }) => {
    const budget = budgetOf(policy, recent, now)
    return budget ? [{ slug, name, budget, words: budgetInWords(budget), text: rule.text }] : []
  })
}
