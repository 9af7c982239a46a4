'use client'

import { useViewerClock } from '@/components/ui/clock-context'
import { formatLocal, formatTimeUtc, toIso } from '@/lib/format'

/** The time as somebody reads it who was woken up: their own first, then UTC. Server time; ticks each minute. */
export function GlassClock() {
  const { now, zone } = useViewerClock()
  if (now === null) return null
  const local = formatLocal(now, zone)
  return (
    <time className="num" dateTime={toIso(now)} suppressHydrationWarning>
      <span className="sr">Now </span>
      {local ? `${local} · ` : ''}
      {formatTimeUtc(now)}
    </time>
  )
}
