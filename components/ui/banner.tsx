import clsx from 'clsx'
import type { ReactNode } from 'react'
import { STATUS_TONE, StatusGlyph, type StatusKind } from './status'

/**
 * Something the whole page should know: overdue, stale, conflict, offline, refused, done, glass open (hatched, that one alone).
 * `live` announces it when it appears: assertive only for a broken chain and for glass.
 */
export function Banner({
  status,
  title,
  children,
  actions,
  live,
}: {
  status: StatusKind
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
  live?: 'polite' | 'assertive'
}) {
  return (
    <div className={clsx('banner', STATUS_TONE[status])} role={live === 'assertive' ? 'alert' : live === 'polite' ? 'status' : undefined}>
      <StatusGlyph status={status} size={16} />
      <div className="grow">
        <b>{title}</b>
        {children}
      </div>
      {actions ? <div className="acts">{actions}</div> : null}
    </div>
  )
}

/** Nothing to show: what that means and when it last was otherwise, and at most one thing to do. `big` when it is the whole page. */
export function EmptyState({ children, action, big }: { children: ReactNode; action?: ReactNode; big?: boolean }) {
  return (
    <div className={clsx('empty', big && 'big')}>
      <p>{children}</p>
      {action}
    </div>
  )
}

/** What stands where the actions would be, for someone who may only read: "Read only. 4 people can sign this." */
export function DenyLine({ children }: { children: ReactNode }) {
  return (
    <p className="denyline">
      <StatusGlyph status="denied" size={14} />
      <span>{children}</span>
    </p>
  )
}

/** A quiet suggestion with a blue edge. */
export function Note({ children }: { children: ReactNode }) {
  return <p className="note">{children}</p>
}

/** A sealed sentence in serif: the statement of a signer, or an exception as the release notes say it (`tone="drift"`). */
export function Statement({ children, tone }: { children: ReactNode; tone?: 'drift' }) {
  return <blockquote className={clsx('statement', tone)}>{children}</blockquote>
}
