import './exception.css'
import { AsTable } from '@/components/ui/plots'
import { formatDay, formatInstant, formatTimeUtc } from '@/lib/format'

const HEIGHT = 54
const TOP = 20

/**
 * From start to end with a tick for now (ux.md section 21): what has passed filled, what is left light, what is over the end red; a tick for each earlier
 * end that was approved, and dashed what was asked for. The numbers stand under it as a table.
 */
export function ExceptionSpan({
  startsAt,
  endsAt,
  askedUntil,
  endedAt,
  ends,
  now,
}: {
  startsAt: Date
  endsAt: Date
  askedUntil: Date | null
  /** When it was closed, rejected or withdrawn; null while it is open. */
  endedAt: Date | null
  /** Ends that were approved, the oldest first. */
  ends: readonly Date[]
  now: Date
}) {
  const upTo = endedAt ?? now
  const from = startsAt.getTime()
  const to = Math.max(endsAt.getTime(), upTo.getTime(), askedUntil?.getTime() ?? 0, from + 60_000)
  const at = (when: Date) => Math.min(100, Math.max(0, ((when.getTime() - from) / (to - from)) * 100))
  const percent = (when: Date) => `${at(when).toFixed(2)}%`
  const width = (a: Date, b: Date) => `${Math.max(0, at(b) - at(a)).toFixed(2)}%`
  const spent = upTo < endsAt ? upTo : endsAt
  const isLate = upTo > endsAt
  const earlier = ends.filter((end) => end.getTime() !== endsAt.getTime())
  const label = isLate
    ? `From ${formatInstant(startsAt)}; its end, ${formatInstant(endsAt)}, has passed`
    : `From ${formatInstant(startsAt)} to ${formatInstant(endsAt)}, ${Math.round(at(spent))}% of it has passed`
  // Words at the tick of now go to the side where there is room.
  const left = at(upTo) > 55
  return (
    <figure className="exc-span">
      <svg className="plot" height={HEIGHT} role="img" aria-label={label}>
        <rect className="ahead" x="0" y={TOP} width={width(startsAt, endsAt)} height="10" rx="2" />
        <rect className="spent" x="0" y={TOP} width={width(startsAt, spent)} height="10" rx="2" />
        {isLate ? <rect className="spent late" x={percent(endsAt)} y={TOP} width={width(endsAt, upTo)} height="10" rx="2" /> : null}
        {askedUntil ? (
          <rect className="asked" x={percent(endsAt)} y={TOP + 0.5} width={width(endsAt, askedUntil)} height="9" rx="2" />
        ) : null}
        {earlier.map((end) => (
          <line key={end.getTime()} className="earlier" x1={percent(end)} x2={percent(end)} y1={TOP - 3} y2={TOP + 13} />
        ))}
        <line className="now" x1={percent(upTo)} x2={percent(upTo)} y1={TOP - 6} y2={TOP + 16} />
        <svg x={percent(upTo)} overflow="visible" aria-hidden="true">
          <text className="strong" x={left ? -5 : 5} y="11" textAnchor={left ? 'end' : 'start'}>
            {endedAt ? `ended ${formatDay(endedAt, now)}` : 'now'} {formatTimeUtc(upTo)}
          </text>
        </svg>
        <text className="dim" x="0" y={HEIGHT - 4}>
          {formatDay(startsAt, now)} {formatTimeUtc(startsAt)}
        </text>
        <text className="dim" x="100%" y={HEIGHT - 4} textAnchor="end">
          {askedUntil ? 'asked for ' : isLate ? 'end was ' : ''}
          {formatDay(askedUntil ?? endsAt, now)} {formatTimeUtc(askedUntil ?? endsAt)}
        </text>
      </svg>
      <AsTable
        caption={label}
        head={['What', 'When']}
        rows={[
          { key: 'start', cells: ['Since', formatInstant(startsAt)] },
          ...earlier.map((end) => ({ key: `earlier ${end.getTime()}`, cells: ['Earlier end', formatInstant(end)] })),
          { key: 'end', cells: ['Until', formatInstant(endsAt)] },
          ...(askedUntil ? [{ key: 'asked', cells: ['Asked for', formatInstant(askedUntil)] }] : []),
          ...(endedAt ? [{ key: 'ended', cells: ['Ended', formatInstant(endedAt)] }] : []),
        ]}
      />
    </figure>
  )
}
