import clsx from 'clsx'
import type { ReactNode } from 'react'
import { Link } from '@/components/ui/link'
import { DAY, formatDate, formatDay, formatNumber, type Instant } from '@/lib/format'
import { STATUS_TONE, type StatusKind } from './status'

/*
 * Plots are plain SVG. Positions across are percentages and heights are pixels, so nothing is scaled and text stays 12 px at any width.
 * Each says its finding in `label` (role img) and offers the numbers as a table.
 */

const at = (share: number): string => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`

/** The numbers of a plot, folded under it. */
export function AsTable({
  caption,
  head,
  rows,
}: {
  caption: string
  head: readonly string[]
  rows: readonly { key: string; cells: readonly ReactNode[] }[]
}) {
  return (
    <details className="astable">
      <summary>Show as table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard (2.1.1). */}
      <section className="scroll" tabIndex={0} aria-label={caption}>
        <table className="quiet">
          <caption className="sr">{caption}</caption>
          <thead>
            <tr>
              {head.map((cell) => (
                <th key={cell} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                {row.cells.map((cell, index) =>
                  index === 0 ? (
                    <th key={head[index]} scope="row">
                      {cell}
                    </th>
                  ) : (
                    <td key={head[index]} className="num">
                      {cell}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}

/** How much of its window a piece of evidence has used: 0 to 1, full when over. The words stand above it. */
export function FreshnessBar({ used, tone }: { used: number; tone?: 'warn' | 'fail' | 'acc' }) {
  return (
    <svg className={clsx('fresh', tone ?? (used >= 1 ? 'fail' : used >= 0.7 ? 'warn' : undefined))} aria-hidden="true">
      <rect className="bed" x="0" y="0" width="100%" height="5" rx="1" />
      <rect x="0" y="0" width={at(used)} height="5" rx="1" fill="currentColor" />
    </svg>
  )
}

/** A freshness bar under its words, in the width of the gates table. */
export function Freshness({ used, children, tone }: { used: number; children: ReactNode; tone?: 'warn' | 'fail' | 'acc' }) {
  return (
    <span className="freshbox">
      <span className="num t-2xs c2">{children}</span>
      <FreshnessBar used={used} tone={tone} />
    </span>
  )
}

/** A measure against its limit: bar, limit tick, and a band for the last tenth, where "due soon" starts. Any unit, zero-based. */
export function BulletBar({ value, limit, label }: { value: number; limit: number; label?: string }) {
  const scale = limit * 1.35
  const tone = value > limit ? 'fail' : value > limit * 0.9 ? 'warn' : undefined
  return (
    <svg className={clsx('bullet', tone)} role={label ? 'img' : undefined} aria-label={label} aria-hidden={label ? undefined : true}>
      <rect className="bed" x="0" y="2" width="100%" height="10" />
      <rect className="ok" x="0" y="2" width={at((limit * 0.9) / scale)} height="10" />
      <rect x="0" y="5" width={at(value / scale)} height="4" fill="currentColor" />
      <svg x={at(limit / scale)} y="0" overflow="visible" aria-hidden="true">
        <rect className="limit" x="-1" y="0" width="2" height="14" />
      </svg>
    </svg>
  )
}

export type Bar = { key: string; value: number; name: string }

/**
 * The last few values as bars with a target line. Only values over the target and the newest (last) carry a label.
 * Fewer than 5 values are said as numbers instead (ux.md section 21).
 */
export function BarPlot({
  label,
  bars,
  target,
  unit = 'h',
  format = (value) => formatNumber(Math.round(value * 10) / 10),
}: {
  label: string
  bars: readonly Bar[]
  target?: number
  unit?: string
  format?: (value: number) => string
}) {
  if (bars.length < 5) {
    return (
      <p className="t-xs c2">
        {bars.length === 0 ? 'No values yet.' : bars.map((bar) => `${bar.name}: ${format(bar.value)} ${unit}`).join('; ')}
      </p>
    )
  }
  const top = Math.max(...bars.map((bar) => bar.value), target ?? 0) || 1
  const floor = 72
  const height = (value: number) => (value / top) * 51
  const step = 1 / bars.length
  const line = target === undefined ? 0 : floor - height(target)
  return (
    <figure>
      <div className="grid grid-cols-[minmax(0,1fr)_42px]">
        <svg className="plot" height="76" role="img" aria-label={label}>
          {target === undefined ? null : <line className="target" x1="0" x2="100%" y1={line} y2={line} />}
          <line className="grid" x1="0" x2="100%" y1="72.5" y2="72.5" />
          {bars.map((bar, index) => {
            const latest = index === bars.length - 1
            const over = target !== undefined && bar.value > target
            const y = floor - height(bar.value)
            const kind = latest ? 'latest' : over ? 'over' : ''
            return (
              <g key={bar.key}>
                <rect className={clsx('mark', kind)} x={at((index + 0.2) * step)} y={y} width={at(step * 0.6)} height={floor - y} />
                {latest || over ? (
                  <text className={kind} x={at((index + 0.5) * step)} y={y - 4} textAnchor="middle">
                    {format(bar.value)}
                  </text>
                ) : null}
              </g>
            )
          })}
        </svg>
        <svg className="plot" height="76" aria-hidden="true">
          {target === undefined ? null : (
            <text x="6" y={line + 4}>
              {format(target)} {unit}
            </text>
          )}
        </svg>
      </div>
      <AsTable caption={label} head={['What', unit]} rows={bars.map((bar) => ({ key: bar.key, cells: [bar.name, format(bar.value)] }))} />
    </figure>
  )
}

export type StripEvent = { key: string; at: Instant; status: StatusKind; text: string; href?: string }

/** Which side of its glyph an event's words go: to the right while they fit there on the narrowest phone, else where there is room. */
function wordsGoLeft(share: number, text: string): boolean {
  const narrow = 288
  const needed = 14 + text.length * 6.4
  if (share * narrow + needed <= narrow) return false
  return share * narrow >= needed || share > 0.5
}

/** The next seven days in UTC: one row per event in time order, its words beside its glyph. `now` starts the first day. */
export function StripPlot({ label, now, events }: { label: string; now: Instant; events: readonly StripEvent[] }) {
  const start = new Date(now)
  start.setUTCHours(0, 0, 0, 0)
  const from = start.getTime()
  const shown = events
    .map((event) => ({ ...event, share: (new Date(event.at).getTime() - from) / (7 * DAY) }))
    .filter((event) => event.share >= 0 && event.share < 1)
    .sort((a, b) => a.share - b.share)
  const height = Math.max(64, 27 + shown.length * 21)
  const today = at((new Date(now).getTime() - from) / (7 * DAY))
  return (
    <figure>
      <svg className="plot" height={height} role="img" aria-label={label}>
        {Array.from({ length: 7 }, (_, day) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: seven days, always the same seven places.
          <g key={day}>
            <line className="grid" x1={at(day / 7)} x2={at(day / 7)} y1="18" y2={height - 4} />
            <svg x={at(day / 7)} overflow="visible" aria-hidden="true">
              <text className={clsx('dim', day === 0 && 'strong')} x="4" y="11">
                {formatDay(from + day * DAY).split(' ')[0]}
                <tspan className="daynum"> {new Date(from + day * DAY).getUTCDate()}</tspan>
              </text>
            </svg>
          </g>
        ))}
        <line className="grid" x1="0" x2="100%" y1="18.5" y2="18.5" />
        <line className="now" x1={today} x2={today} y1="18" y2={height - 4} />
        {shown.map((event, row) => {
          const left = wordsGoLeft(event.share, event.text)
          return (
            <svg key={event.key} x={at(event.share)} y={25 + row * 21} overflow="visible" aria-hidden="true">
              <svg x="-6" width="13" height="13" viewBox="0 0 16 16" className={STATUS_TONE[event.status]} aria-hidden="true">
                <use href={`#status-${event.status}`} />
              </svg>
              <text className="lab" x={left ? -12 : 12} y="11" textAnchor={left ? 'end' : 'start'}>
                {event.text}
              </text>
            </svg>
          )
        })}
      </svg>
      {shown.length === 0 ? <p className="t-xs c2">Nothing is due in the next seven days.</p> : null}
      {shown.length > 0 ? (
        <AsTable
          caption={label}
          head={['When', 'What']}
          rows={shown.map((event) => ({
            key: event.key,
            cells: [
              `${formatDay(event.at)}, ${new Date(event.at).toISOString().slice(11, 16)} UTC`,
              event.href ? (
                <Link key="what" className="link" href={event.href}>
                  {event.text}
                </Link>
              ) : (
                event.text
              ),
            ],
          }))}
        />
      ) : null}
    </figure>
  )
}

export type LeadTime = { key: string; name: string; medianHours: number; worstHours: number }

/** Where time goes, gate by gate: a dot for the median, a whisker to the worst; in the order the gates run, zero-based, hours. */
export function LeadTimePlot({ label, rows }: { label: string; rows: readonly LeadTime[] }) {
  const worst = Math.max(...rows.map((row) => row.worstHours), 1)
  const step = [1, 2, 3, 6, 12, 24, 48, 72, 168].find((size) => worst / size <= 4) ?? Math.ceil(worst / 4)
  const top = Math.ceil(worst / step) * step
  // The last quarter of the width is kept for the words behind the whisker.
  const share = (hours: number) => (hours / top) * 0.74 + 0.01
  const ticks = Array.from({ length: top / step + 1 }, (_, index) => index * step)
  const hours = (value: number) => `${formatNumber(Math.round(value * 10) / 10)} h`
  return (
    <figure>
      <div className="lead-plot" role="img" aria-label={label}>
        {rows.map((row) => (
          <div className="contents" key={row.key}>
            <span>{row.name}</span>
            <svg className="plot" height="30" aria-hidden="true">
              {ticks.map((tick) => (
                <line key={tick} className="grid" x1={at(share(tick))} x2={at(share(tick))} y1="0" y2="30" />
              ))}
              <line className="whisker" x1={at(share(row.medianHours))} x2={at(share(row.worstHours))} y1="15" y2="15" />
              <line className="whisker" x1={at(share(row.worstHours))} x2={at(share(row.worstHours))} y1="9" y2="21" />
              <circle className="median" cx={at(share(row.medianHours))} cy="15" r="5" />
              <svg x={at(share(row.worstHours))} overflow="visible" aria-hidden="true">
                <text x="9" y="19">
                  {hours(row.medianHours)}, worst {hours(row.worstHours)}
                </text>
              </svg>
            </svg>
          </div>
        ))}
        <span />
        <svg className="plot" height="20" aria-hidden="true">
          {ticks.map((tick) => (
            <text key={tick} className="dim" x={at(share(tick))} y="14" textAnchor={tick === 0 ? 'start' : 'middle'}>
              {tick} h
            </text>
          ))}
        </svg>
      </div>
      <AsTable
        caption={label}
        head={['Gate', 'Median', 'Worst']}
        rows={rows.map((row) => ({ key: row.key, cells: [row.name, hours(row.medianHours), hours(row.worstHours)] }))}
      />
    </figure>
  )
}

export type HeatDay = { day: string; count: number; ring?: string; href?: string }

const HEAT = ['h0', 'h1c', 'h2c', 'h3c', 'h4c'] as const
const WEEKDAYS = ['Mon', '', 'Wed', '', 'Fri', '', 'Sun']

/**
 * Counts per UTC day for 26 weeks, five steps of one hue. `days` hold `day` as "2026-11-19"; days that are missing count 0. A `ring` with
 * its words marks a break-glass day; `href` filters to the day. `today` is the last day shown.
 */
export function Heatmap({
  label,
  days,
  today,
  weeks = 26,
  unit = 'entries',
}: {
  label: string
  days: readonly HeatDay[]
  today: Instant
  weeks?: number
  unit?: string
}) {
  const last = new Date(today)
  last.setUTCHours(0, 0, 0, 0)
  const weekday = (last.getUTCDay() + 6) % 7
  const first = last.getTime() - (weekday + (weeks - 1) * 7) * DAY
  const known = new Map(days.map((day) => [day.day, day]))
  const most = Math.max(1, ...days.map((day) => day.count))
  // By the square root, so that one busy day does not pale all others.
  const level = (count: number) => Math.min(4, Math.ceil(Math.sqrt(count / most) * 4))
  const cells = Array.from({ length: (weeks - 1) * 7 + weekday + 1 }, (_, index) => {
    const time = first + index * DAY
    const day = new Date(time).toISOString().slice(0, 10)
    const found: HeatDay = known.get(day) ?? { day, count: 0 }
    return { ...found, time, week: Math.floor(index / 7), row: index % 7 }
  })
  const months = cells.filter((cell) => new Date(cell.time).getUTCDate() === 1)
  const step = 1 / weeks
  const ringed = cells.filter((cell) => cell.ring)
  return (
    <figure>
      <div className="heat">
        <svg className="plot" height={ringed.length > 0 ? 150 : 132} aria-hidden="true">
          {WEEKDAYS.map((name, row) => (
            <text key={name || row} className="dim" x="0" y={29 + row * 16}>
              {name}
            </text>
          ))}
        </svg>
        <svg
          className="plot"
          height={ringed.length > 0 ? 150 : 132}
          role={days.some((day) => day.href) ? 'group' : 'img'}
          aria-label={label}
        >
          {months.map((cell) => (
            <text key={cell.day} className="dim" x={at(cell.week * step)} y="11">
              {formatDate(cell.time).split(' ')[1]}
            </text>
          ))}
          {cells.map((cell) => {
            const square = (
              <rect
                key="day"
                className={clsx(HEAT[level(cell.count)], cell.time === last.getTime() && 'today')}
                x={at(cell.week * step)}
                y={18 + cell.row * 16}
                width={at(step * 0.82)}
                height="13"
                rx="2"
              />
            )
            return cell.href ? (
              // No stops of the keyboard: the table under the drawing has the same links, one line each.
              <Link
                key={cell.day}
                href={cell.href}
                scroll={false}
                tabIndex={-1}
                aria-label={`${formatDay(cell.time)}: ${cell.count} ${unit}`}
              >
                {square}
              </Link>
            ) : (
              <g key={cell.day}>{square}</g>
            )
          })}
          {ringed.map((cell) => (
            <svg key={cell.day} x={at((cell.week + 0.41) * step)} y={24.5 + cell.row * 16} overflow="visible" aria-hidden="true">
              <circle className="ring" cx="0" cy="0" r="10.5" />
            </svg>
          ))}
          {ringed.slice(-1).map((cell) => (
            <text
              key={cell.day}
              className="glassy"
              x={at((cell.week + 0.41) * step)}
              y="146"
              textAnchor={cell.week > weeks / 2 ? 'end' : 'start'}
            >
              {cell.ring}
            </text>
          ))}
        </svg>
      </div>
      <AsTable
        caption={label}
        head={['Day', unit]}
        rows={cells
          .filter((cell) => cell.count > 0)
          .reverse()
          .map((cell) => ({
            key: cell.day,
            cells: [
              cell.href ? (
                <Link key="day" className="link" href={cell.href}>
                  {formatDate(cell.time)}
                </Link>
              ) : (
                formatDate(cell.time)
              ),
              formatNumber(cell.count),
            ],
          }))}
      />
    </figure>
  )
}
