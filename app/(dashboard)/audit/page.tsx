import clsx from 'clsx'
import { notFound } from 'next/navigation'
import { EntryPanel } from '@/components/audit/entry-panel'
import { spanWords, TrailFilters } from '@/components/audit/trail-filters'
import { TrailHead } from '@/components/audit/trail-head'
import { TrailTable } from '@/components/audit/trail-table'
import { Page } from '@/components/layout/page'
import { Banner, EmptyState } from '@/components/ui/banner'
import { Pagination } from '@/components/ui/pagination'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { plural } from '@/lib/format'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { getTrailChoices, getTrailHead, listAuditRows } from '@/lib/queries/audit'
import { getAuditEntry } from '@/lib/queries/audit-detail'
import { routes } from '@/lib/routes'
import { type AuditFilterInput, filterInAddress, trailFilterOf } from '@/lib/schemas/audit'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

export const metadata = { title: 'Audit' }

const PAGE = 50
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

/** Who did what, and when? The trail as far as the viewer may read it, newest first, with the chosen entry beside it. */
export default async function AuditPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.audit())
  const { filter: whole, ignored } = filterInAddress(asked)
  // What looks like a secret is neither searched for nor shown again (T18).
  const secret = whole.q === undefined ? null : whyNotSecret({ q: whole.q })
  const filter: AuditFilterInput = secret ? { ...whole, q: undefined } : whole
  const list = `audit ${JSON.stringify(filter)}`
  const after = positionOf(list, textOf(asked.after))
  const entryId = textOf(asked.entry)
  if (entryId !== undefined && !UUID.test(entryId)) notFound()

  const [choices, head, placed, entry] = await Promise.all([
    getTrailChoices(viewer),
    getTrailHead(viewer, filter.system),
    listAuditRows(viewer, trailFilterOf(filter), { take: PAGE + 1, after }),
    entryId === undefined ? null : getAuditEntry(viewer, entryId),
  ])
  if (!choices.everything && choices.systems.length === 0) return <NothingToRead />

  const rows = placed.slice(0, PAGE)
  const last = rows.at(-1)
  const cursor = placed.length > PAGE && last ? encodeCursor(list, last.position) : undefined
  const here = (more: { after?: string; entry?: string }) => routes.audit({ ...filter, ...more })
  const isOneDay = filter.from !== undefined && filter.from === filter.to
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  return (
    <Page
      crumbs={[{ label: 'Audit' }]}
      layout={entry ? 'split' : 'wide'}
      phone={entry ? { back: here({ after: textOf(asked.after) }), title: 'Entry' } : undefined}
    >
      <div className={clsx(entry && 'not-phone')}>
        <TrailHead head={head} filter={filter} systems={choices.systems.map(({ name }) => name)} now={viewer.now} />
        <TrailFilters filter={filter} choices={choices} now={viewer.now} />
        {secret ? <Banner status="denied" title={secret.sentence} /> : null}
        {ignored.length > 0 ? (
          <Banner status="warn" title={`The address holds a filter that says nothing here: ${ignored.join(', ')}.`}>
            <p>It was left out.</p>
          </Banner>
        ) : null}
        {entryId !== undefined && entry === null ? (
          <Banner status="na" title="There is no such entry, or it is not yours to read." />
        ) : null}
        <TrailTable
          rows={rows.map(({ row }) => row)}
          now={viewer.now}
          isOneDay={isOneDay}
          current={entry?.row.id}
          hrefOf={(id) => here({ after: textOf(asked.after), entry: id })}
          empty={isFiltered ? 'No entry matches this filter.' : 'Nothing is on the record yet. The first change writes the first entry.'}
        />
        <Pagination
          next={cursor ? here({ after: cursor }) : null}
          first={after ? here({}) : null}
          summary={`${plural(rows.length, `${after ? 'older ' : ''}entry`, `${after ? 'older ' : ''}entries`)}, ${spanWords(filter, viewer.now).replace(/^[A-Z]/, (letter) => letter.toLowerCase())}`}
          label="Pages of the trail"
        />
      </div>
      {entry ? <EntryPanel entry={entry} closeHref={here({ after: textOf(asked.after) })} /> : null}
    </Page>
  )
}

const textOf = (value: string | string[] | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

function NothingToRead() {
  return (
    <Page crumbs={[{ label: 'Audit' }]}>
      <PageHead title="Audit trail" lead="You may not read it yet." />
      <EmptyState big>
        The trail of a system is read with a role on it, and you hold none. An admin grants roles; an auditor’s is enough to read.
      </EmptyState>
    </Page>
  )
}
