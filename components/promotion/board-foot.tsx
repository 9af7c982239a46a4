import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { LeadTimePlot } from '@/components/ui/plots'
import { SubHead } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { formatNumber } from '@/lib/format'
import type { BoardPage } from '@/lib/queries/promotions-board'
import { routes } from '@/lib/routes'
import { EmergencyChip, Way } from './parts'
import { PHASE } from './words'

const hours = (value: number) => formatNumber(Math.round(value * 10) / 10)

/** Under the board: where time goes, gate by gate, and what finished lately with failures explained. */
export function BoardFoot({ page }: { page: BoardPage }) {
  const failed = page.finished.filter(({ why }) => why !== null)
  return (
    <div className="under2">
      <section aria-label="Where time goes">
        <SubHead title="Where time goes, gate by gate" aside="middle and worst of the last 90 days, to production" ruled />
        <div className="mt-2">
          {page.leadTimes.length === 0 ? (
            <EmptyState>No promotion to production has finished in the last 90 days.</EmptyState>
          ) : (
            <LeadTimePlot
              label={`Hours in the middle: ${page.leadTimes.map(({ name, medianHours }) => `${name} ${hours(medianHours)}`).join(', ')}`}
              rows={page.leadTimes}
            />
          )}
        </div>
      </section>
      <section aria-label="Recently finished">
        <SubHead
          title="Recently finished"
          aside={
            <Link className="link" href={routes.promotions({ view: 'table', system: page.system ?? undefined })}>
              All
            </Link>
          }
          ruled
        />
        {page.finished.length === 0 ? <EmptyState>No promotion has finished yet.</EmptyState> : null}
        <ul>
          {page.finished.map((each) => (
            <li key={each.id} className="border-line row between t-xs min-h-10 gap-3 border-b py-1.5">
              <span className="grid min-w-0 justify-items-start gap-1">
                <Link href={routes.promotion(each.id)} className="min-w-0">
                  <Status status={PHASE[each.status === 'open' ? 'collecting' : each.status].status} long>
                    {each.system} {each.version}
                    <span className="sr">, {PHASE[each.status === 'open' ? 'collecting' : each.status].words}</span>
                  </Status>
                </Link>
                <EmergencyChip incident={each.emergency} />
              </span>
              <span className="row gap-3">
                <Way from={each.from} to={each.to} />
                <Time at={each.at} show="date" className="num c2 nowrap" />
              </span>
            </li>
          ))}
        </ul>
        {failed.map((each) => (
          <p key={each.id} className="t-xs c2 mt-2.5">
            {each.system} {each.version} failed: {each.why}.
          </p>
        ))}
      </section>
    </div>
  )
}
