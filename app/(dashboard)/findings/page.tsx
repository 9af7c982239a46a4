import { FileWarning } from 'lucide-react'
import { FindingFilters } from '@/components/finding/finding-filters'
import { FindingTable } from '@/components/finding/finding-table'
import { Page } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { Pagination } from '@/components/ui/pagination'
import { PageHead, Section } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { formatDate, numberWord, plural } from '@/lib/format'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { FINDING_FILTERS, type FindingPosition, type FindingsView, getFindings } from '@/lib/queries/findings'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Findings' }

type Props = { searchParams: Promise<{ system?: string; profile?: string; state?: string; after?: string }> }

/** What really runs and is not as the policy says: open ones first, then what has ended, a page at a time. */
export default async function FindingsPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.findings())
  const filter = {
    system: asked.system || undefined,
    profile: asked.profile || undefined,
    state: FINDING_FILTERS.find((state) => state === asked.state),
  }
  const list = `findings ${JSON.stringify(filter)}`
  const after = positionOf(list, asked.after) as FindingPosition | null // two values, as we encoded them
  const view = await getFindings(viewer, filter, { limit: 50, after })
  const here = (cursor?: string) => routes.findings({ ...filter, after: cursor })
  const filtered = filter.system !== undefined || filter.profile !== undefined || filter.state !== undefined
  return (
    <Page crumbs={[{ label: 'Findings' }]}>
      <PageHead
        title="Findings"
        lead={after ? 'Closed before those.' : answer(view)}
        actions={
          <LinkButton href={routes.findingNew({ system: filter.system })} icon={<FileWarning size={15} />}>
            Raise a conflict
          </LinkButton>
        }
      />
      <FindingFilters systems={view.systems} chosen={filter} />
      {after || filter.state === 'closed' ? null : (
        <Section title="Open" aside={view.open.length + view.more || undefined}>
          <div className="py-1">
            <FindingTable
              caption="Open findings, what holds promotions first"
              rows={view.open}
              now={viewer.now}
              empty={emptyWords(view, filtered)}
            />
            {view.more > 0 ? (
              <p className="t-xs c2 mt-2">{plural(view.more, 'more open finding')} of less weight. Filter to see them.</p>
            ) : null}
          </div>
        </Section>
      )}
      {filter.state === undefined || filter.state === 'closed' ? (
        <Section title="Closed">
          <div className="py-1">
            <FindingTable
              caption="Closed findings, newest first"
              rows={view.closed}
              now={viewer.now}
              empty={filtered ? 'None matches this filter.' : 'None was ever closed.'}
            />
            <Pagination
              next={view.next ? here(encodeCursor(list, view.next)) : null}
              first={after ? here() : null}
              label="Pages of closed findings"
            />
          </div>
        </Section>
      ) : null}
    </Page>
  )
}

function answer({ counts, open }: FindingsView): string {
  if (counts.open === 0) return 'Nothing that was reported deviates from its policy.'
  const { holding, covered } = counts
  const first = open.find(({ severity, exception }) => severity === 'block' && exception === null)
  const parts = [
    holding > 0
      ? `${numberWord(holding).toLowerCase()} ${holding === 1 ? 'holds' : 'hold'} promotions${first ? `, ${first.title} on ${first.system.name} ${first.profile ?? 'as a whole'}${holding > 1 ? ' first' : ''}` : ''}`
      : 'none holds a promotion',
    covered > 0 ? `${numberWord(covered).toLowerCase()} ${covered === 1 ? 'is' : 'are'} covered by an exception` : null,
  ].filter((part) => part !== null)
  return `${numberWord(counts.open)} ${counts.open === 1 ? 'is' : 'are'} open: ${parts.join('; ')}.`
}

/** What an empty list means, and since when it is so (ux.md section 5). */
function emptyWords({ since, counts }: FindingsView, filtered: boolean): string {
  if (filtered && counts.open > 0) return 'No open finding matches this filter.'
  const { lastClosed, firstReport } = since
  if (lastClosed) return `Nothing deviates. The last one, ${lastClosed.id}, was closed on ${formatDate(lastClosed.at)}.`
  if (firstReport) return `Nothing has deviated since the first report on ${formatDate(firstReport)}.`
  return 'Nothing is known to deviate, because nothing was reported yet. Runtimes, agents and pipelines report with a token.'
}
