import { EmergencyChip } from '@/components/promotion/parts'
import { profileRef } from '@/components/system/profile-ref'
import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import type { DeploymentRow } from '@/lib/queries/deployments'
import { routes } from '@/lib/routes'
import { deploymentStatus, KIND_WORDS } from './deployment-words'

const COLUMNS: Column<DeploymentRow>[] = [
  {
    key: 'what',
    header: 'What',
    rowHeader: true,
    cell: (row) => (
      <span className="row wrap gap-2">
        <Link className="link" href={routes.deployment(row.id)}>
          {row.system.name} <span className="mono">{row.version}</span>
        </Link>
        <EmergencyChip incident={row.emergency} />
      </span>
    ),
  },
  { key: 'profile', header: 'Profile', cell: (row) => <ProfileTag profile={profileRef(row.profile.id, row.profile.class)} /> },
  {
    key: 'state',
    header: 'State',
    cell: (row) => {
      const { status, words } = deploymentStatus(row)
      return (
        <Status status={status} long>
          {words}
          {row.violations.length > 0 ? `, ${row.violations.length} input ${row.violations.length === 1 ? 'violation' : 'violations'}` : ''}
        </Status>
      )
    },
  },
  {
    key: 'kind',
    header: 'Kind',
    cell: (row) => (
      <>
        {KIND_WORDS[row.kind]}
        {row.reverts ? <span className="c3"> of {row.reverts}</span> : null}
      </>
    ),
  },
  { key: 'by', header: 'Recorded by', cell: (row) => <Actor name={row.startedBy.name} kind={row.startedBy.kind} /> },
  { key: 'at', header: 'Started', nowrap: true, cell: (row) => <Time at={row.startedAt} /> },
  { key: 'id', header: 'Id', cell: (row) => <code className="c3">{row.id}</code> },
]

/** Deployments as a table, newest first. */
export function DeploymentTable({ rows, empty }: { rows: readonly DeploymentRow[]; empty: string }) {
  return (
    <DataTable
      caption="Deployments, newest first"
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => row.id}
      empty={<EmptyState big>{empty}</EmptyState>}
    />
  )
}
