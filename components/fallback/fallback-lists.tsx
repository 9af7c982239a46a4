import type { ReactNode } from 'react'
import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { Status, StatusGlyph } from '@/components/ui/status'
import { Countdown, Time } from '@/components/ui/time'
import type { Debt } from '@/lib/domain/debt'
import type { FallbackRow } from '@/lib/queries/fallbacks'
import { routes } from '@/lib/routes'
import { capital, PHASE } from './fallback-words'

/** What is open now: hatched, with what is left. Nothing where nothing is. */
export function OpenNow({ rows }: { rows: readonly FallbackRow[] }) {
  if (rows.length === 0) return null
  return (
    <section aria-label="Open now" className="mb-6">
      <ul className="bigrows">
        {rows.map((row) => (
          <li key={row.id} className="now">
            <Link href={routes.fallback(row.id)} className="hatched">
              <span>
                <b className="bb">
                  {row.id} is open on {row.system.name} {row.profile.id}
                </b>
                <span className="under">
                  Closes by itself in <Countdown until={row.until} over="a moment" />. Go there to close or extend it.
                </span>
              </span>
              <StatusGlyph status="glass" size={20} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Requests that nobody has decided on yet. */
export function Waiting({ rows }: { rows: readonly FallbackRow[] }) {
  if (rows.length === 0) return <EmptyState>Nothing waits for a grant.</EmptyState>
  return (
    <ul className="bigrows">
      {rows.map((row) => (
        <AskedRow key={row.id} row={row} show="today">
          <StatusGlyph status="waiting" size={18} label="Waits" />
        </AskedRow>
      ))}
    </ul>
  )
}

function AskedRow({ row, show, children }: { row: FallbackRow; show?: 'today'; children: ReactNode }) {
  return (
    <li>
      <Link href={routes.fallback(row.id)}>
        <span>
          <b className="b">
            {capital(row.title)} on {row.system.name} {row.profile.id}
          </b>
          <span className="under">
            {row.id}, asked for by {row.askedBy.name}, <Time at={row.askedAt} show={show} />
          </span>
        </span>
        {children}
      </Link>
    </li>
  )
}

/** What is still owed: the promotions to those profiles wait for it. Nothing names what, who can pay it, and by when. */
export function Unpaid({ debts, empty }: { debts: readonly Debt[]; empty: string }) {
  if (debts.length === 0) return <EmptyState>{empty}</EmptyState>
  return (
    <ul className="bigrows">
      {debts.map((debt) => (
        <li key={`${debt.subject.id} ${debt.kind} ${debt.what}`}>
          <Link href={hrefOf(debt)}>
            <span>
              <b className="b">{debt.sentence}</b>
              <span className="under">
                {debt.who}
                {debt.dueAt ? (
                  <>
                    {debt.overdue ? ', was due ' : ', due '}
                    <Time at={debt.dueAt} show="today" relative />
                  </>
                ) : null}
              </span>
            </span>
            <Status status={debt.overdue ? 'fail' : 'warn'}>{debt.overdue ? 'Overdue' : 'Unpaid'}</Status>
          </Link>
        </li>
      ))}
    </ul>
  )
}

/** Where a debt is paid. */
export function hrefOf({ subject, kind }: Pick<Debt, 'subject' | 'kind'>): string {
  switch (subject.kind) {
    case 'fallback':
      return routes.fallback(subject.id)
    case 'rotation':
      return routes.rotation(subject.id)
    case 'promotion':
      return kind === 'emergency_review' ? routes.promotionReview(subject.id) : routes.promotion(subject.id)
    default:
      return subject.kind satisfies never
  }
}

/** What is over, newest first. */
export function Past({ rows, empty }: { rows: readonly FallbackRow[]; empty: string }) {
  if (rows.length === 0) return <EmptyState>{empty}</EmptyState>
  return (
    <ul className="bigrows">
      {rows.map((row) => (
        <AskedRow key={row.id} row={row}>
          <Status status={row.phase === 'requested' ? 'na' : PHASE[row.phase].status}>
            {row.phase === 'requested' ? 'Never decided' : PHASE[row.phase].words}
          </Status>
        </AskedRow>
      ))}
    </ul>
  )
}
