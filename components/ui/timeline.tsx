import clsx from 'clsx'
import type { ReactNode } from 'react'
import { STATUS_WORD, StatusGlyph, type StatusKind } from './status'

export type TimelineItem = {
  key: string
  status: StatusKind
  /** The word of the shape where the title does not say it; left out, the status has its own, and `null` leaves it to the title. */
  word?: string | null
  title: ReactNode
  /** A second, smaller line: a command, a reason, an actor. */
  detail?: ReactNode
  when?: ReactNode
  no?: number | string
  /** The one step that is open now: framed, with its controls in `body`. */
  open?: boolean
  body?: ReactNode
}

/** What happened, or the steps of a run, in order. `numbered` shows `no`; one step may be open. */
export function Timeline({ items, numbered, label }: { items: readonly TimelineItem[]; numbered?: boolean; label?: string }) {
  return (
    <ol className={clsx('timeline', numbered && 'numbered')} aria-label={label} data-rows="">
      {items.map((item) => (
        <li key={item.key} className={clsx(item.open && 'open')} aria-current={item.open ? 'step' : undefined} data-row="">
          <span className="mt-0.5">
            <StatusGlyph status={item.status} size={14} label={item.word === null ? undefined : (item.word ?? STATUS_WORD[item.status])} />
          </span>
          {numbered ? <span className={clsx('no', item.open && 'acc')}>{item.no}</span> : null}
          <div className="min-w-0">
            <div className={clsx(item.open && 'bb')}>{item.title}</div>
            {item.detail ? <div className="t-xs c3">{item.detail}</div> : null}
            {item.body ? <div className="mt-2.5">{item.body}</div> : null}
          </div>
          {item.when ? <div className="when">{item.when}</div> : null}
        </li>
      ))}
    </ol>
  )
}
