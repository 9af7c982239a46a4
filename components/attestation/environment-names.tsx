import { Words } from '@/components/policy/words'
import { profileRef } from '@/components/system/profile-ref'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import type { FormAction } from '@/lib/http/form-state'
import type { AttestationsView, EnvironmentFlagRow, GovernedChangeRow } from '@/lib/queries/attestations'
import { EndFlagForm } from './attestation-forms'

/** By which names runtimes of each profile may go, and what a name nobody declared counts as (001.5 to 001.7). */
export function KnownNames({ names, unknownName }: Pick<AttestationsView, 'names' | 'unknownName'>) {
  return (
    <>
      <ul className="grid gap-1.5">
        {names.map((each) => (
          <li key={each.profile} className="row wrap gap-2">
            <ProfileTag profile={profileRef(each.profile, each.class)} />
            <span className="c2">
              goes by{' '}
              {each.names.map((name, index) => (
                <span key={name}>
                  {index > 0 ? ', ' : ''}
                  <code>{name}</code>
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
      <p className="c2 mt-2">
        <Words text={unknownName.text} />{' '}
        {unknownName.unless ? (
          <>
            Unless: <Words text={unknownName.unless} />
          </>
        ) : null}
      </p>
    </>
  )
}

/** Flags for names that nobody declared: owned, dated and shown, those in force first. */
export function FlagTable({ flags, end, mayEnd }: { flags: readonly EnvironmentFlagRow[]; end: FormAction; mayEnd: boolean }) {
  const columns: Column<EnvironmentFlagRow>[] = [
    {
      key: 'name',
      header: 'Name',
      rowHeader: true,
      cell: (row) => (
        <>
          <code>{row.name}</code>
          {row.reason ? (
            <span className="t-xs c2 block font-normal">
              <Visible text={row.reason} />
            </span>
          ) : null}
        </>
      ),
    },
    { key: 'class', header: 'Counts as', cell: (row) => row.countsAs },
    {
      key: 'state',
      header: 'Standing',
      cell: (row) => (
        <>
          <Status status={row.inForce ? 'warn' : 'na'} long>
            {row.inForce ? 'In force until ' : row.endedAt ? 'Ended ' : 'Expired '}
            <Time at={row.endedAt ?? row.expiresAt} show="date" />
          </Status>
          {row.inForce && mayEnd ? (
            <span className="offpaper mt-1 block">
              <EndFlagForm action={end} flag={row.id} name={row.name} />
            </span>
          ) : null}
        </>
      ),
    },
    { key: 'owner', header: 'Owner', cell: (row) => row.owner.name },
    {
      key: 'by',
      header: 'Recorded',
      cell: (row) => (
        <>
          {row.by.name}, <Time at={row.recordedAt} show="date" />
        </>
      ),
    },
  ]
  return (
    <DataTable
      caption="Flags for names nobody declared, newest first"
      columns={columns}
      rows={flags}
      rowKey={(row) => row.id}
      flow
      empty={<EmptyState>No flag was ever recorded: every name that nobody declared counts as production.</EmptyState>}
    />
  )
}

/** Changes of environment-owned variables that were meant (004.13). */
export function ChangeTable({ changes, now }: { changes: readonly GovernedChangeRow[]; now: Date }) {
  const columns: Column<GovernedChangeRow>[] = [
    {
      key: 'variables',
      header: 'Variables',
      rowHeader: true,
      cell: (row) => (
        <>
          {row.variables.map((name) => (
            <code key={name} className="block break-words">
              {name}
            </code>
          ))}
          {row.reason ? (
            <span className="t-xs c2 block font-normal">
              <Visible text={row.reason} />
            </span>
          ) : null}
        </>
      ),
    },
    { key: 'profile', header: 'Profile', cell: (row) => row.profile },
    {
      key: 'when',
      header: 'When',
      cell: (row) => (
        <>
          <Time at={row.fromAt} /> to <Time at={row.untilAt} />
          <span className="t-xs c3 block">{row.untilAt <= now ? 'over' : row.fromAt <= now ? 'running' : 'to come'}</span>
        </>
      ),
    },
    {
      key: 'by',
      header: 'Recorded',
      cell: (row) => (
        <>
          {row.by.name}, <Time at={row.recordedAt} show="date" />
          {row.late ? (
            <Status status="warn" plain>
              after it began
            </Status>
          ) : null}
        </>
      ),
    },
    {
      key: 'reference',
      header: 'Outside',
      cell: (row) => (row.reference ? <code>{row.reference}</code> : <span className="c3">none</span>),
    },
  ]
  return (
    <DataTable
      caption="Governed changes, newest first"
      columns={columns}
      rows={changes}
      rowKey={(row) => row.id}
      flow
      empty={<EmptyState>None was recorded. A change of such a variable that is seen without one is a finding.</EmptyState>}
    />
  )
}
