import { EmergencyChip } from '@/components/promotion/parts'
import { profileRef } from '@/components/system/profile-ref'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import type { NotesRow } from '@/lib/queries/release-notes'
import { routes } from '@/lib/routes'

const COLUMNS: Column<NotesRow>[] = [
  {
    key: 'what',
    header: 'Release',
    rowHeader: true,
    cell: (row) => (
      <span className="row wrap gap-2">
        <Link className="link" href={routes.note(row.system.slug, row.profile.id, row.version)}>
          {row.system.name} <span className="mono">{row.version}</span>
        </Link>
        <EmergencyChip incident={row.emergency} />
      </span>
    ),
  },
  { key: 'profile', header: 'To', cell: (row) => <ProfileTag profile={profileRef(row.profile.id, row.profile.class)} /> },
  {
    key: 'state',
    header: 'Notes',
    cell: (row) => (
      <Status status={row.unauthorised ? 'fail' : row.state === 'sealed' ? 'pass' : 'waiting'} long>
        {row.state === 'unpromoted'
          ? 'Without authority'
          : `${row.state === 'sealed' ? 'Sealed' : 'Draft'}${row.unauthorised ? ', deployed without authority' : ''}`}
      </Status>
    ),
  },
  {
    key: 'promotion',
    header: 'Promotion',
    cell: (row) =>
      row.promotion ? (
        <>
          <Link className="link" href={routes.promotion(row.promotion)}>
            {row.promotion}
          </Link>
          , {row.status}
        </>
      ) : (
        <span className="c2">none was ever opened</span>
      ),
  },
  { key: 'at', header: 'Opened', nowrap: true, cell: (row) => <Time at={row.at} /> },
]

/** Release notes, newest first. */
export function NotesTable({ rows }: { rows: readonly NotesRow[] }) {
  return (
    <DataTable
      caption="Release notes, newest first"
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => `${row.system.slug} ${row.profile.id} ${row.version}`}
      empty={<EmptyState big>No release notes yet. They are written from the record when a promotion is opened.</EmptyState>}
    />
  )
}
