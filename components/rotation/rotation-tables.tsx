import { profileRef } from '@/components/system/profile-ref'
import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { CAUSE_TITLE, METHOD_TITLE, type RotationFacts, rotationPhase } from '@/lib/domain/rotation'
import { formatWindow } from '@/lib/format'
import type { EndedRow } from '@/lib/queries/rotations'
import { routes } from '@/lib/routes'
import { PHASE_STATUS, phaseWords, STATUS_WORDS } from './rotation-words'

const what = (row: { id: string; system: { name: string }; title: string }) => (
  <Link className="link" href={routes.rotation(row.id)}>
    {row.system.name} {row.title}
  </Link>
)

const OPEN: Column<RotationFacts>[] = [
  { key: 'what', header: 'What', rowHeader: true, cell: what },
  { key: 'profile', header: 'Profile', cell: (row) => <ProfileTag profile={profileRef(row.profile.id, row.profile.class)} /> },
  {
    key: 'state',
    header: 'State',
    cell: (row) => (
      <Status status={PHASE_STATUS[rotationPhase(row)]} long>
        {phaseWords(row)}
      </Status>
    ),
  },
  {
    key: 'why',
    header: 'Why',
    cell: (row) => (
      <>
        {CAUSE_TITLE[row.cause]}
        {row.incident ? <span className="c3">, {row.incident.id}</span> : null}
      </>
    ),
  },
  {
    key: 'window',
    header: 'Window',
    cell: (row) => (row.window ? <span className="num">{formatWindow(row.window.startsAt, row.window.endsAt)}</span> : 'any time'),
  },
  {
    key: 'runs',
    header: 'Runs it',
    cell: (row) =>
      row.performer ? (
        <Actor name={row.performer.name} kind={row.performer.kind} />
      ) : (
        <span className="c3">
          {row.plan.owners.slots.map(({ title }) => title).join(row.plan.owners.mode === 'all' ? ' and ' : ' or ')}
        </span>
      ),
  },
  { key: 'id', header: 'Id', cell: (row) => <code className="c3">{row.id}</code> },
]

/** Planned, approved and running rotations. */
export function OpenTable({ rows, empty }: { rows: readonly RotationFacts[]; empty: string }) {
  return (
    <DataTable
      caption="Planned and running rotations"
      columns={OPEN}
      rows={rows}
      rowKey={(row) => row.id}
      empty={<EmptyState>{empty}</EmptyState>}
    />
  )
}

const ENDED: Column<EndedRow>[] = [
  { key: 'what', header: 'What', rowHeader: true, cell: what },
  { key: 'profile', header: 'Profile', cell: (row) => <ProfileTag profile={profileRef(row.profile.id, row.profile.class)} /> },
  {
    key: 'state',
    header: 'How it ended',
    cell: (row) => (
      <>
        <Status status={PHASE_STATUS[row.status]}>{STATUS_WORDS[row.status]}</Status>
        {row.status === 'rolled_back' && row.postmortem === null ? <span className="t-xs c3 block">owes its postmortem</span> : null}
      </>
    ),
  },
  { key: 'method', header: 'Method', cell: (row) => METHOD_TITLE[row.method] },
  { key: 'why', header: 'Why', cell: (row) => CAUSE_TITLE[row.cause] },
  {
    key: 'ran',
    header: 'Ran it',
    cell: (row) =>
      row.performer ? <Actor name={row.performer.name} kind={row.performer.kind} /> : <span className="c3">nobody started it</span>,
  },
  { key: 'ended', header: 'Ended', nowrap: true, cell: (row) => (row.endedAt ? <Time at={row.endedAt} /> : null) },
  { key: 'id', header: 'Id', cell: (row) => <code className="c3">{row.id}</code> },
]

/** Rotations that have ended, the newest opened first. */
export function EndedTable({ rows, empty }: { rows: readonly EndedRow[]; empty: string }) {
  return (
    <DataTable
      caption="Ended rotations, newest first"
      columns={ENDED}
      rows={rows}
      rowKey={(row) => row.id}
      empty={<EmptyState>{empty}</EmptyState>}
    />
  )
}
