import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { ROLE_TITLE } from '@/lib/domain/roles'
import type { PeopleRow } from '@/lib/queries/account/list-people'
import { routes } from '@/lib/routes'

/** Everybody one may know of, with their roles in words. */
export function PeopleTable({ rows, viewerId, showAddresses }: { rows: readonly PeopleRow[]; viewerId: string; showAddresses: boolean }) {
  const columns: Column<PeopleRow>[] = [
    {
      key: 'name',
      header: 'Name',
      rowHeader: true,
      cell: (row) => (
        <Link href={routes.person(row.id)}>
          <Actor name={row.name} kind={row.kind} you={row.id === viewerId} />
        </Link>
      ),
    },
    ...(showAddresses
      ? [{ key: 'email', header: 'Address', cell: (row: PeopleRow) => row.email ?? <span className="c3">none</span> }]
      : []),
    { key: 'roles', header: 'Roles', cell: (row) => (row.grants.length === 0 ? <span className="c3">none</span> : rolesInWords(row)) },
    { key: 'state', header: 'State', cell: (row) => <State row={row} /> },
  ]
  return (
    <DataTable
      caption="People and agents"
      rows={rows}
      rowKey={(row) => row.id}
      columns={columns}
      flow
      empty={<EmptyState>Nobody shares a system with you yet. An admin grants roles.</EmptyState>}
    />
  )
}

/** "SecOps of RoboDJ and WaxWatch; Auditor everywhere". */
function rolesInWords({ grants }: PeopleRow): string {
  const byRole = Map.groupBy(grants, (grant) => grant.role)
  return [...byRole]
    .map(
      ([role, held]) =>
        `${ROLE_TITLE[role]} ${held.some((grant) => grant.systemId === null) ? 'everywhere' : `of ${held.map((grant) => grant.systemName).join(', ')}`}`,
    )
    .join('; ')
}

function State({ row }: { row: PeopleRow }) {
  if (row.erased) return <Status status="na">Erased</Status>
  if (row.retiredAt) return <Status status="na">Retired</Status>
  if (row.kind === 'agent') return <span className="c2">{row.sponsor ? `Agent, ${row.sponsor} answers for it` : 'Agent'}</span>
  return row.hasPassword ? <Status status="pass">Active</Status> : <Status status="waiting">Has no password yet</Status>
}
