import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { RelativeTime, Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { listWords, plural } from '@/lib/format'
import type { IncidentRow } from '@/lib/queries/incidents'
import { routes } from '@/lib/routes'
import { SEVERITIES, severityWords } from './incident-words'

const COLUMNS: Column<IncidentRow>[] = [
  {
    key: 'what',
    header: 'What',
    rowHeader: true,
    cell: (row) => (
      <Link className="link" href={routes.incident(row.id)}>
        <Visible text={row.title} />
      </Link>
    ),
  },
  {
    key: 'where',
    header: 'Where',
    cell: (row) => (
      <>
        {row.system.name} {row.profile ?? <span className="c3">as a whole</span>}
      </>
    ),
  },
  {
    key: 'severity',
    header: 'Severity',
    cell: (row) => (
      <Status status={row.closedAt ? 'pass' : (SEVERITIES.find(({ value }) => value === row.severity)?.status ?? 'warn')}>
        {row.closedAt ? `Closed, ${severityWords(row.severity).toLowerCase()}` : severityWords(row.severity)}
      </Status>
    ),
  },
  {
    key: 'commander',
    header: 'Commander',
    cell: (row) =>
      row.commander ? (
        <Actor name={row.commander.name} kind={row.commander.kind} />
      ) : (
        <span className="c3">{row.closedAt ? 'nobody' : 'nobody yet'}</span>
      ),
  },
  { key: 'linked', header: 'Linked', cell: (row) => linkedWords(row) || <span className="c3">nothing</span> },
  {
    key: 'at',
    header: 'Opened',
    nowrap: true,
    cell: (row) => (
      <>
        <Time at={row.openedAt} />
        {row.closedAt ? null : (
          <>
            , <RelativeTime at={row.openedAt} />
          </>
        )}
      </>
    ),
  },
  { key: 'id', header: 'Id', cell: (row) => <code className="c3">{row.id}</code> },
]

function linkedWords({ linked }: IncidentRow): string {
  return listWords(
    [
      linked.rotations ? plural(linked.rotations, 'rotation') : null,
      linked.fallbacks ? plural(linked.fallbacks, 'break-glass', 'break-glasses') : null,
      linked.promotions ? plural(linked.promotions, 'promotion') : null,
    ].filter((words) => words !== null),
  )
}

/** Incidents as a table. */
export function IncidentTable({ caption, rows, empty }: { caption: string; rows: readonly IncidentRow[]; empty: string }) {
  return <DataTable caption={caption} columns={COLUMNS} rows={rows} rowKey={(row) => row.id} empty={<EmptyState>{empty}</EmptyState>} />
}
