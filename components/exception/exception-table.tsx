import { profileRef } from '@/components/system/profile-ref'
import { Actor } from '@/components/ui/actor'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { listWords, plural } from '@/lib/format'
import type { ExceptionRow } from '@/lib/queries/exceptions'
import { routes } from '@/lib/routes'
import { EXCEPTION_STATUS, stateWords } from './exception-words'

/** Exceptions as rows: what deviates, where, how it stands, whose it is, since and until when. `system` false on the page of one system. */
export function ExceptionTable({
  caption,
  rows,
  now,
  empty,
  withSystem = true,
  ended = false,
}: {
  caption: string
  rows: readonly ExceptionRow[]
  now: Date
  empty: React.ReactNode
  withSystem?: boolean
  /** What has ended: the last column says when it did. */
  ended?: boolean
}) {
  return <DataTable caption={caption} columns={columnsOf(now, withSystem, ended)} rows={rows} rowKey={({ id }) => id} empty={empty} flow />
}

function columnsOf(now: Date, withSystem: boolean, ended: boolean): Column<ExceptionRow>[] {
  return [
    {
      key: 'what',
      header: 'What deviates',
      rowHeader: true,
      cell: (row) => (
        <>
          <Link className="link" href={routes.exception(row.id)}>
            {withSystem ? `${row.system.name} ` : ''}
            {row.kind === 'variable' ? <code>{row.title}</code> : row.title}
          </Link>
          <span className="t-2xs c2 block font-normal">
            is <Visible text={row.observed} />
          </span>
        </>
      ),
    },
    { key: 'profile', header: 'Profile', cell: (row) => <ProfileTag profile={profileRef(row.profile.id, row.profile.class)} /> },
    {
      key: 'state',
      header: 'State',
      cell: (row) => (
        <>
          <Status status={row.state === 'running' && !row.covers ? 'open-drift' : EXCEPTION_STATUS[row.state]} long>
            {stateWords(row, now)}
          </Status>
          {row.askedUntil && row.endedAt === null ? (
            <span className="t-2xs c2 block">
              more time waits on {row.waitsFor.length > 0 ? listWords(row.waitsFor) : 'signatures'}, until <Time at={row.askedUntil} />
            </span>
          ) : null}
          {row.extensions > 0 ? (
            <span className="t-2xs c3 block">extended {row.extensions === 1 ? 'once' : plural(row.extensions, 'time')}</span>
          ) : null}
        </>
      ),
    },
    { key: 'owner', header: 'Owner', cell: (row) => <Actor name={row.owner.name} kind={row.owner.kind} /> },
    { key: 'since', header: 'Since', nowrap: true, cell: (row) => <Time at={row.startsAt} /> },
    {
      key: 'ends',
      header: ended ? 'Ended' : 'Ends',
      nowrap: true,
      cell: (row) => <Time at={row.endedAt ?? row.endsAt} relative={row.endedAt === null && row.state !== 'overdue'} />,
    },
    { key: 'id', header: 'Id', nowrap: true, cell: (row) => <code className="c3">{row.id}</code> },
  ]
}
