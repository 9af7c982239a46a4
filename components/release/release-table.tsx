import { profileRef } from '@/components/system/profile-ref'
import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { formatSha } from '@/lib/format'
import type { ReleaseRow } from '@/lib/queries/release'
import { routes } from '@/lib/routes'

/** Releases of a system: where each runs, what is open for it. `bundles` shows their approval where the policy asks for it (000.5). */
export function ReleaseTable({ slug, rows, bundles }: { slug: string; rows: readonly ReleaseRow[]; bundles: boolean }) {
  const columns: Column<ReleaseRow>[] = [
    {
      key: 'version',
      header: 'Release',
      rowHeader: true,
      cell: (row) => (
        <Link className="link mono" href={routes.release(slug, row.version)}>
          {row.version}
        </Link>
      ),
    },
    { key: 'sha', header: 'Commit', cell: (row) => <code>{formatSha(row.gitSha)}</code> },
    { key: 'built', header: 'Built', nowrap: true, cell: (row) => <Time at={row.buildDate} /> },
    {
      key: 'live',
      header: 'Runs on',
      cell: (row) =>
        row.liveOn.length > 0 ? (
          <span className="row wrap">
            {row.liveOn.map((profile) => (
              <ProfileTag key={profile.id} profile={profileRef(profile.id, profile.class)} />
            ))}
          </span>
        ) : (
          <span className="c3">nowhere</span>
        ),
    },
    {
      key: 'open',
      header: 'On its way',
      cell: (row) =>
        row.open.length === 0 ? (
          <span className="c3">no</span>
        ) : (
          row.open.map(({ id, to }) => (
            <Link key={id} className="link block" href={routes.promotion(id)}>
              {id} to {to}
            </Link>
          ))
        ),
    },
    ...(bundles
      ? [
          {
            key: 'bundle',
            header: 'Bundle',
            cell: (row: ReleaseRow) =>
              row.bundleApproved ? <Status status="pass">Approved</Status> : <Status status="waiting">Not approved</Status>,
          },
        ]
      : []),
    { key: 'changes', header: 'Changes', align: 'right', cell: (row) => row.changes },
    { key: 'by', header: 'Registered by', cell: (row) => <Actor name={row.registeredBy.name} kind={row.registeredBy.kind} /> },
  ]
  return (
    <DataTable
      caption="Releases, newest build first"
      columns={columns}
      rows={rows}
      rowKey={({ version }) => version}
      empty={
        <EmptyState big>No release is registered. A pipeline registers each build with its token, or somebody does it here.</EmptyState>
      }
    />
  )
}
