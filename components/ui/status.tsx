import clsx from 'clsx'
import type { ReactNode } from 'react'

/** Every state a thing can be in, each with its own shape (ux.md section 18). */
export type StatusKind =
  | 'pass'
  | 'fail'
  | 'open-drift'
  | 'drift'
  | 'warn'
  | 'stale'
  | 'yours'
  | 'waiting'
  | 'running'
  | 'denied'
  | 'na'
  | 'glass'

/** The colour family of a state; also a class name. */
export type Tone = 'pass' | 'fail' | 'drift' | 'warn' | 'acc' | 'idle' | 'glass'

/** Colour never stands alone: it always goes with the shape and a word. */
export const STATUS_TONE: Record<StatusKind, Tone> = {
  pass: 'pass',
  fail: 'fail',
  'open-drift': 'fail',
  drift: 'drift',
  warn: 'warn',
  stale: 'warn',
  yours: 'acc',
  waiting: 'idle',
  running: 'acc',
  denied: 'idle',
  na: 'idle',
  glass: 'glass',
}

/** The word said when a screen has none of its own. */
export const STATUS_WORD: Record<StatusKind, string> = {
  pass: 'Pass',
  fail: 'Failed',
  'open-drift': 'Drift, no exception',
  drift: 'Drift, covered',
  warn: 'Due soon',
  stale: 'Stale',
  yours: 'You',
  waiting: 'Waiting',
  running: 'Running',
  denied: 'Not allowed',
  na: 'Not applicable',
  glass: 'Glass open',
}

/** The shape of a state, hidden from assistive technology: put the word beside it, or pass `label`. `size` in pixels, 14 by default. */
export function StatusGlyph({
  status,
  size = 14,
  label,
  className,
}: {
  status: StatusKind
  size?: number
  label?: string
  className?: string
}) {
  return (
    <>
      <svg width={size} height={size} viewBox="0 0 16 16" className={clsx('glyph', STATUS_TONE[status], className)} aria-hidden="true">
        <use href={`#status-${status}`} />
      </svg>
      {label ? <span className="sr">{label}</span> : null}
    </>
  )
}

/** Glyph and word in the colour of the state: "✓ 4 of 4 pass". `long` lets the words wrap, `plain` sets them in regular weight. */
export function Status({
  status,
  children,
  size = 13,
  long,
  plain,
  className,
}: {
  status: StatusKind
  children?: ReactNode
  size?: number
  long?: boolean
  plain?: boolean
  className?: string
}) {
  return (
    <span className={clsx('st', STATUS_TONE[status], long && 'long', plain && 'plain', className)}>
      <StatusGlyph status={status} size={size} />
      <span>{children ?? STATUS_WORD[status]}</span>
    </span>
  )
}

/** A state on a soft ground: "7 days overdue". Hatched for broken glass alone. */
export function Chip({ status, children }: { status: StatusKind; children?: ReactNode }) {
  return (
    <span className={clsx('chip', STATUS_TONE[status])}>
      <StatusGlyph status={status} size={12} />
      <span>{children ?? STATUS_WORD[status]}</span>
    </span>
  )
}
