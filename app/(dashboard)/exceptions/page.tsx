import { FilePlus } from 'lucide-react'
import { ExceptionFilters } from '@/components/exception/exception-filters'
import { answerOf, ExceptionSummary } from '@/components/exception/exception-summary'
import { ExceptionTable } from '@/components/exception/exception-table'
import { Page } from '@/components/layout/page'
import { EmptyState } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { Link } from '@/components/ui/link'
import { Pagination } from '@/components/ui/pagination'
import { PageHead, Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { EXCEPTION_FILTERS, type ExceptionPosition, type ExceptionsView, getExceptions } from '@/lib/queries/exceptions'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Exceptions' }

type Props = { searchParams: Promise<{ system?: string; state?: string; after?: string }> }

const PAGE = 25

/** What deviates, who owns it, until when? What is overdue comes first (ux.md sections 4 and 11). */
export default async function ExceptionsPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.exceptions())
  const filter = { system: asked.system || undefined, state: EXCEPTION_FILTERS.find((state) => state === asked.state) }
  const list = `exceptions ${JSON.stringify(filter)}`
  const after = positionOf(list, asked.after) as ExceptionPosition | null // three values, as we encoded them
  const view = await getExceptions(viewer, filter, { limit: PAGE, after })
  const here = (cursor?: string) => routes.exceptions({ ...filter, after: cursor })
  const { state } = filter
  const showsOpen = (state === undefined || ['open', 'overdue', 'running', 'filed'].includes(state)) && after?.[0] !== 'ended'
  const showsEnded = (state === undefined || ['closed', 'rejected', 'withdrawn'].includes(state)) && (view.ended.length > 0 || !view.next)
  const isFiltered = filter.system !== undefined || state !== undefined
  const system = view.systems.find(({ slug }) => slug === filter.system)
  return (
    <Page crumbs={[{ label: 'Exceptions' }]} system={filter.system}>
      <PageHead
        title="Exceptions"
        lead={answerOf(view.counts, view.open, viewer.now)}
        actions={
          <LinkButton href={routes.exceptionNew({ system: filter.system })} icon={<FilePlus size={15} />} variant="primary">
            File an exception
          </LinkButton>
        }
      />
      <ExceptionSummary
        counts={view.counts}
        budgets={view.budgets}
        days={view.days}
        system={filter.system}
        plotTitle={`Open exceptions, ${system?.name ?? 'all systems'}`}
      />
      <ExceptionFilters systems={view.systems} chosen={filter} />
      {showsOpen ? (
        <Section title="Open" aside={openWords(view)} id="open">
          <div className="py-1">
            <ExceptionTable
              caption="Open exceptions, by their end"
              rows={view.open}
              now={viewer.now}
              empty={
                <EmptyState>
                  {isFiltered ? 'No open exception matches this filter.' : 'No exception is open: nothing that is recorded deviates.'}
                  {view.lastEnded ? (
                    <>
                      {' '}
                      The last one,{' '}
                      <Link className="link" href={routes.exception(view.lastEnded.id)}>
                        {view.lastEnded.id}
                      </Link>
                      , ended <Time at={view.lastEnded.at} />.
                    </>
                  ) : null}
                </EmptyState>
              }
            />
          </div>
        </Section>
      ) : null}
      {showsEnded ? (
        <Section title="Ended" id="ended">
          <div className="py-1">
            <ExceptionTable
              caption="Ended exceptions, newest first"
              rows={view.ended}
              ended
              now={viewer.now}
              empty={<EmptyState>{isFiltered ? 'No ended exception matches this filter.' : 'No exception has ended yet.'}</EmptyState>}
            />
          </div>
        </Section>
      ) : null}
      <Pagination next={view.next ? here(encodeCursor(list, view.next)) : null} first={after ? here() : null} label="Pages of exceptions" />
    </Page>
  )
}

const openWords = ({ counts }: ExceptionsView): string | undefined => {
  const open = counts.overdue + counts.running + counts.filed
  return open === 0 ? undefined : `${open}, by their end`
}
