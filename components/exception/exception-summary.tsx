import './exception.css'
import { Link } from '@/components/ui/link'
import { BulletBar } from '@/components/ui/plots'
import { SubHead } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { formatAge, formatDay, formatTimeUtc, numberWord, plural } from '@/lib/format'
import type { BudgetLine } from '@/lib/queries/exception-budgets'
import type { ExceptionCounts, ExceptionRow } from '@/lib/queries/exceptions'
import { routes } from '@/lib/routes'
import { BurnDown, type OpenOn } from './burn-down'

/** The answer of the list: how many are overdue, how many run, and which ends next. */
export function answerOf(counts: ExceptionCounts, open: readonly ExceptionRow[], now: Date): string {
  const running = counts.running + counts.filed
  const late = open.find(({ state }) => state === 'overdue')
  const next = open.find(({ state, endsAt }) => state === 'running' && endsAt > now)
  const lateWords =
    counts.overdue === 0
      ? 'Nothing is overdue'
      : `${numberWord(counts.overdue)} ${counts.overdue === 1 ? 'is' : 'are'} overdue${
          late ? `, ${late.system.name} ${late.profile.id} by ${formatAge(now.getTime() - late.endsAt.getTime())}` : ''
        }`
  const runningWords = running === 0 ? '' : `, ${numberWord(running).toLowerCase()} ${running === 1 ? 'is' : 'are'} open in time`
  const nextWords = next
    ? ` Next to end: ${next.system.name} ${next.profile.id}, ${formatDay(next.endsAt, now)} ${formatTimeUtc(next.endsAt)}.`
    : ''
  return `${lateWords}${runningWords}.${nextWords}`
}

/** Over a list: how many stand how, each leading to those, the budgets, and how the open ones went down. */
export function ExceptionSummary({
  counts,
  budgets,
  days,
  system,
  plotTitle,
}: {
  counts: ExceptionCounts
  budgets: readonly BudgetLine[]
  days: readonly OpenOn[]
  system?: string
  plotTitle: string
}) {
  const to = (state: string) => routes.exceptions({ system, state })
  return (
    <div className="exc-top">
      <div className="grid gap-5">
        <ul className="exc-counts" aria-label="How many stand how">
          <li>
            <Link href={to('overdue')}>
              <Status status={counts.overdue > 0 ? 'fail' : 'pass'} plain={counts.overdue === 0}>
                {counts.overdue} overdue
              </Status>
            </Link>
          </li>
          <li>
            <Link href={to('running')}>
              <Status status="drift" plain={counts.running === 0}>
                {counts.running} running
              </Status>
            </Link>
          </li>
          <li>
            <Link href={to('filed')}>
              <Status status="waiting" plain={counts.filed === 0}>
                {counts.filed} filed, not signed yet
              </Status>
            </Link>
          </li>
          <li>
            <Link href={to('closed')}>
              <Status status="pass" plain>
                {counts.closed} closed with evidence
              </Status>
            </Link>
          </li>
        </ul>
        <Budgets budgets={budgets} />
      </div>
      <div>
        <SubHead title={plotTitle} />
        <BurnDown days={days} />
      </div>
    </div>
  )
}

/** How much of each budget is used: a bar against the limit, in words beside it. Spent, promotions of the system wait. */
export function Budgets({ budgets }: { budgets: readonly BudgetLine[] }) {
  if (budgets.length === 0) return <p className="t-xs c2">No policy here sets a budget of exception days.</p>
  return (
    <div>
      <SubHead title="Budget of exception days" />
      <div className="exc-budget mt-2">
        {budgets.map(({ slug, name, budget, words }) => (
          <div key={slug} className="contents">
            <span>{name}</span>
            <BulletBar value={budget.spent} limit={budget.days} />
            <span className="end num">
              <Status status={budget.left === 0 ? 'fail' : budget.spent > budget.days * 0.9 ? 'warn' : 'pass'} plain={budget.left > 0} long>
                {words}
                {budget.left === 0 ? ' Promotions wait.' : ` ${plural(Math.floor(budget.left * 10) / 10, 'day')} left.`}
              </Status>
            </span>
          </div>
        ))}
      </div>
    </div>
  )
}
