import { ChevronDown, Filter } from 'lucide-react'
import { PROMOTION_STATUSES } from '@/lib/domain/promotion'

/** Narrows the board or table to a system, the table also to a state. A plain form: the address holds the filter. */
export function PromotionFilters({
  systems,
  system,
  view,
  state,
}: {
  systems: readonly { slug: string; name: string }[]
  system?: string
  view: 'board' | 'table'
  state?: string
}) {
  return (
    <form method="get" className="filters bare" aria-label="Filter promotions">
      {view === 'table' ? <input type="hidden" name="view" value="table" /> : null}
      <label className="sr" htmlFor="f-system">
        System
      </label>
      <span className="sel">
        <select id="f-system" name="system" defaultValue={system ?? ''} className="in">
          <option value="">All systems</option>
          {systems.map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {name}
            </option>
          ))}
        </select>
        <ChevronDown size={14} aria-hidden="true" />
      </span>
      {view === 'table' ? (
        <>
          <label className="sr" htmlFor="f-state">
            State
          </label>
          <span className="sel">
            <select id="f-state" name="state" defaultValue={state ?? ''} className="in">
              <option value="">Every state</option>
              {PROMOTION_STATUSES.map((status) => (
                <option key={status} value={status}>
                  {status.charAt(0).toUpperCase() + status.slice(1).replace('_', ' ')}
                </option>
              ))}
            </select>
            <ChevronDown size={14} aria-hidden="true" />
          </span>
        </>
      ) : null}
      <button type="submit" className="btn sm">
        <Filter size={15} aria-hidden="true" />
        Filter
      </button>
    </form>
  )
}
