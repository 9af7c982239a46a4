import './exception.css'
import { AsTable } from '@/components/ui/plots'
import { formatDate, numberWord, plural } from '@/lib/format'

/** How many exceptions were open at the end of a UTC day; the last one is now. */
export type OpenOn = { at: string; open: number }

const HEIGHT = 94
const FLOOR = 92

/**
 * How many exceptions were open, day by day, as a step line of one colour; `filing` adds the one being filed, dashed (ux.md section 21). Its finding is
 * its label, and the numbers stand under it as a table.
 */
export function BurnDown({ days, filing = false }: { days: readonly OpenOn[]; filing?: boolean }) {
  const first = days[0]
  const last = days.at(-1)
  if (!first || !last || (days.every(({ open }) => open === 0) && !filing))
    return <p className="c2 t-xs mt-2">No exception was open in the last six weeks.</p>
  const label = burnDownLabel(days, filing)
  const top = Math.max(1, last.open + (filing ? 1 : 0), ...days.map(({ open }) => open))
  const y = (open: number) => Number((FLOOR - (open / top) * (FLOOR - 2)).toFixed(2))
  // The last day is still running, so the line ends a little before the edge where one more is drawn.
  const end = filing ? 96 : 99.4
  const x = (index: number) => Number(((index / Math.max(1, days.length - 1)) * end).toFixed(2))
  const steps = days.map(({ open }, index) => (index === 0 ? `M0 ${y(open)}` : `H${x(index)}V${y(open)}`)).join('')
  const now = y(last.open)
  const plus = y(last.open + 1)
  const topIsSaid = top === last.open || (filing && top === last.open + 1)
  const changes = days.filter(({ open }, index) => index === 0 || open !== days[index - 1]?.open)
  return (
    <figure>
      <div className="exc-down" role="img" aria-label={label}>
        <svg className="plot" height={HEIGHT} aria-hidden="true">
          <line className="grid" x1="0" x2="100%" y1={FLOOR + 0.5} y2={FLOOR + 0.5} />
          {last.open > 0 ? <line className="grid" x1="0" x2="100%" y1={now + 0.5} y2={now + 0.5} /> : null}
          <svg viewBox={`0 0 100 ${HEIGHT}`} width="100%" height={HEIGHT} preserveAspectRatio="none" aria-hidden="true">
            <path className="step" d={steps} />
            {filing ? <path className="step dashed" d={`M${end} ${now}V${plus}H100`} /> : null}
          </svg>
        </svg>
        <svg className="plot" height={HEIGHT} aria-hidden="true">
          {filing ? (
            <text className="plus" x="8" y={Math.max(10, plus + 4)}>
              {last.open + 1}
            </text>
          ) : null}
          {/* Two numbers that would lie on each other are one too many. */}
          {topIsSaid || now - y(top) < 13 || (filing && plus - y(top) < 13) ? null : (
            <text className="dim" x="8" y={Math.max(10, y(top) + 4)}>
              {top}
            </text>
          )}
          {last.open > 0 && (!filing || now - plus >= 13) && FLOOR - now >= 13 ? (
            <text className={filing ? 'dim' : 'plus'} x="8" y={now + 4}>
              {last.open}
            </text>
          ) : null}
          <text className="dim" x="8" y={FLOOR + 2}>
            0
          </text>
        </svg>
        <span className="t-2xs c3 row between">
          <span>{formatDate(first.at).slice(0, -5)}</span>
          <span>today</span>
        </span>
      </div>
      <AsTable
        caption={label}
        head={['Since', 'Open']}
        rows={changes.toReversed().map(({ at, open }) => ({ key: at, cells: [formatDate(at), open] }))}
      />
    </figure>
  )
}

/** "Open exceptions fell from 9 to 5 in six weeks; 6 with this one". */
export function burnDownLabel(days: readonly OpenOn[], filing: boolean): string {
  const first = days[0]?.open ?? 0
  const last = days.at(-1)?.open ?? 0
  const count = Math.max(1, Math.round((days.length - 1) / 7))
  const weeks = `${numberWord(count).toLowerCase()} ${count === 1 ? 'week' : 'weeks'}`
  const moved =
    first === last
      ? `${plural(last, 'open exception')}, as ${weeks} ago`
      : `Open exceptions ${last < first ? 'fell' : 'rose'} from ${first} to ${last} in ${weeks}`
  return filing ? `${moved}; ${last + 1} with this one` : moved
}
