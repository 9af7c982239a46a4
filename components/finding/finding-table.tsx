import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { RelativeTime, Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import type { FindingRow } from '@/lib/queries/findings'
import { routes } from '@/lib/routes'
import { findingStatus, findingWords } from './finding-words'

/** Findings as a table: what deviates and how, where, whether it holds anything or is covered, since when. */
export function FindingTable({ caption, rows, now, empty }: { caption: string; rows: readonly FindingRow[]; now: Date; empty: string }) {
  return (
    <DataTable
      caption={caption}
      columns={columns(now)}
      rows={rows}
      rowKey={(row) => row.id}
      flow
      empty={<EmptyState>{empty}</EmptyState>}
    />
  )
}

const columns = (now: Date): Column<FindingRow>[] => [
  {
    key: 'what',
    header: 'What',
    rowHeader: true,
    cell: (row) => (
      <>
        <Link className="link" href={routes.finding(row.id)}>
          <Visible text={row.title} />
        </Link>
        <span className="t-xs c2 block font-normal">
          <Visible text={row.observed.replace(/\.$/, '')} />
          {row.expected === '' ? null : (
            <>
              ; the policy says <Visible text={row.expected} />
            </>
          )}
        </span>
      </>
    ),
  },
  {
    key: 'where',
    header: 'Where',
    cell: (row) => (
      <>
        {row.system.name} {row.profile ?? <span className="c3">as a whole</span>}
        {row.instance ? <span className="t-xs c3 block">{row.instance}</span> : null}
      </>
    ),
  },
  {
    key: 'standing',
    header: 'Standing',
    cell: (row) => (
      <Status status={findingStatus(row)} long>
        {findingWords(row, now)}
      </Status>
    ),
  },
  {
    key: 'at',
    header: 'Open since',
    cell: (row) => (
      <>
        <Time at={row.openedAt} />
        <span className="t-xs c3 block">
          {row.closed ? null : <RelativeTime at={row.openedAt} />}
          {row.closed || !row.acknowledgedAt ? null : ', acknowledged'}
        </span>
      </>
    ),
  },
  { key: 'id', header: 'Id', nowrap: true, cell: (row) => <code className="c3">{row.id}</code> },
]
