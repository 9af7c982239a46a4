'use client'

import { useEffect, useState } from 'react'
import {
  formatAge,
  formatDate,
  formatDay,
  formatDueDay,
  formatDuration,
  formatInstant,
  formatLocal,
  formatRelative,
  formatTimeUtc,
  MINUTE,
  SECOND,
  toIso,
} from '@/lib/format'
import { useViewerClock } from './clock-context'

export type TimeShow = 'instant' | 'seconds' | 'time' | 'date' | 'day' | 'day-time' | 'today'

/**
 * A moment, always absolute and in UTC, in a `<time>`.
 * `instant` "19 Nov 2026, 16:00 UTC", `seconds` with seconds (signatures, audit), `time` "16:00 UTC", `date` "19 Nov 2026", `day`
 * "Thu 19 Nov", `day-time` "Thu 19 Nov, 16:00 UTC", `today` "today 13:58 UTC" or "Fri 20 Nov 13:58 UTC".
 * `local` adds the viewer's zone in brackets; `relative` adds "in 1 h 28 min" or "12 min ago" for up to 7 days.
 * `at` is a Date, an ISO string or ms.
 */
export function Time({
  at,
  show = 'instant',
  local = false,
  relative = false,
  className,
}: {
  at: Date | string | number
  show?: TimeShow
  local?: boolean
  relative?: boolean
  className?: string
}) {
  const { now, zone } = useViewerClock()
  const near = relative && now !== null ? formatRelative(at, now) : null
  const there = local && show !== 'instant' && show !== 'seconds' ? formatLocal(at, zone) : null
  return (
    // Zone names may differ between the server's and the browser's language data.
    <time dateTime={toIso(at)} className={className ?? 'num'} suppressHydrationWarning>
      {words(at, show, now, local ? zone : undefined)}
      {there ? ` (${there})` : ''}
      {near ? `, ${near}` : ''}
    </time>
  )
}

function words(at: Date | string | number, show: TimeShow, now: number | null, zone: string | undefined): string {
  switch (show) {
    case 'instant':
      return formatInstant(at, { zone })
    case 'seconds':
      return formatInstant(at, { zone, seconds: true })
    case 'time':
      return formatTimeUtc(at)
    case 'date':
      return formatDate(at)
    case 'day':
      return formatDay(at, now ?? undefined)
    case 'day-time':
      return `${formatDay(at, now ?? undefined)}, ${formatTimeUtc(at)}`
    case 'today':
      return `${now === null ? formatDay(at) : formatDueDay(at, now)} ${formatTimeUtc(at)}`
    default:
      return show satisfies never
  }
}

/**
 * "12 min ago" or "in 21 h", the absolute time once it is further than 7 days; a companion, never alone on evidence or signatures.
 * `short` says the first unit alone ("8 h ago"), for the narrow cells of a picture.
 */
export function RelativeTime({ at, className, short }: { at: Date | string | number; className?: string; short?: boolean }) {
  const { now } = useViewerClock()
  const near = now === null ? null : formatRelative(at, now)
  return (
    <time dateTime={toIso(at)} className={className ?? 'num'}>
      {short ? (near?.replace(/^(in )?(\S+ \S+).*?( ago)?$/, '$1$2$3') ?? formatDay(at)) : (near ?? formatInstant(at))}
    </time>
  )
}

/** How long something has waited or is old: "7 h". Ticks each minute. */
export function Age({ since, className }: { since: Date | string | number; className?: string }) {
  const { now } = useViewerClock()
  return (
    <time dateTime={toIso(since)} className={className ?? 'num'}>
      {now === null ? formatInstant(since) : formatAge(Math.max(0, now - new Date(since).getTime()))}
    </time>
  )
}

/** The due column of the inbox: time in UTC, then the day and what is left. Amber inside `hotMs` (4 hours), red when past. */
export function DueTime({ at, hotMs = 4 * 60 * MINUTE }: { at: Date | string | number; hotMs?: number }) {
  const { now, zone } = useViewerClock()
  const left = now === null ? null : new Date(at).getTime() - now
  const tone = left === null ? '' : left < 0 ? ' late' : left < hotMs ? ' hot' : ''
  const local = formatLocal(at, zone)
  return (
    <div className={`due${tone}`}>
      <b>
        <time dateTime={toIso(at)}>{formatTimeUtc(at)}</time>
      </b>
      {local ? <span suppressHydrationWarning>({local})</span> : null}
      <span>{now === null ? formatDay(at) : formatDueDay(at, now)}</span>
      {left === null ? null : <span className="left">{left < 0 ? `${formatAge(left)} overdue` : formatRelative(at, now ?? 0)}</span>}
    </div>
  )
}

/** What is left until a moment. Each minute, each second under 5 minutes; not announced. `over` is said once it has passed. */
export function Countdown({ until, over = 'over' }: { until: Date | string | number; over?: string }) {
  const { now } = useViewerClock()
  const end = new Date(until).getTime()
  const [passed, setPassed] = useState(0)
  const near = now !== null && end - now < 6 * MINUTE

  // Effect on a timer: seconds matter near the end only. `passed` is counted from the minute tick of the page's clock.
  useEffect(() => {
    setPassed(0)
    if (!near || now === null) return
    const from = performance.now()
    const timer = setInterval(() => setPassed(performance.now() - from), SECOND)
    return () => clearInterval(timer)
  }, [near, now])

  if (now === null) return <Time at={until} show="time" />
  const left = end - now - passed
  return (
    <time dateTime={toIso(until)} className="num">
      {left <= 0 ? over : left < 5 * MINUTE ? formatDuration(left) : formatAge(left)}
    </time>
  )
}
