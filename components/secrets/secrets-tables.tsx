import { profileRef } from '@/components/system/profile-ref'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import type { Debt } from '@/lib/domain/debt'
import type { FingerprintFinding } from '@/lib/domain/fingerprint'
import type { KeyStanding } from '@/lib/domain/key-standing'
import { approversWords, ownersWords } from '@/lib/domain/ownership'
import type { SecretAuditStanding } from '@/lib/domain/secret-audit'
import { routes } from '@/lib/routes'
import { KeyAge } from './key-age'
import { AUDIT_STATUS, PRINT_FINDING } from './secret-words'

const first = ({ system, profile, members }: KeyStanding) => routes.systemKey(system, profile.id, members[0]?.mapping ?? '')

const KEYS: Column<KeyStanding>[] = [
  {
    key: 'what',
    header: 'Key or pair',
    rowHeader: true,
    cell: (row) => (
      <>
        <Link className="link" href={first(row)}>
          {row.systemName} {row.title}
        </Link>
        <code className="t-2xs c3 block">{row.members.map(({ variable }) => variable).join(', ')}</code>
      </>
    ),
  },
  { key: 'profile', header: 'Profile', cell: ({ profile }) => <ProfileTag profile={profileRef(profile.id, profile.class)} /> },
  { key: 'age', header: 'Age against limit', cell: (row) => <KeyAge standing={row} bare /> },
  { key: 'owner', header: 'Owner', cell: ({ ownership }) => ownersWords(ownership) },
  { key: 'approver', header: 'Approver', cell: ({ ownership }) => approversWords(ownership) },
  {
    key: 'next',
    header: 'Next step',
    cell: (row) =>
      row.rotation ? (
        <Link className="link" href={routes.rotation(row.rotation.id)}>
          Go to {row.rotation.id}
        </Link>
      ) : row.state === 'unknown' ? (
        <Link className="link" href={first(row)}>
          Record which key it holds
        </Link>
      ) : (
        <Link className="link" href={routes.rotationNew({ system: row.system, rule: row.ownership.id, cause: 'scheduled' })}>
          Open a rotation
          <span className="sr">
            {' '}
            of {row.systemName} {row.profile.id}, {row.title}
          </span>
        </Link>
      ),
  },
]

/** Keys and pairs that need somebody: overdue, due soon or not on record. */
export function KeysTable({ caption, rows, empty }: { caption: string; rows: readonly KeyStanding[]; empty: string }) {
  return (
    <div className="keylist">
      <DataTable
        caption={caption}
        columns={KEYS}
        rows={rows}
        rowKey={({ system, ownership }) => `${system} ${ownership.id}`}
        flow
        empty={<EmptyState>{empty}</EmptyState>}
      />
    </div>
  )
}

/** What fingerprints speak against: shared between profiles, not shifted, not changed (002.42, 004.4, 003). */
export function FindingsTable({
  rows,
  nameOf,
  variables,
}: {
  rows: readonly FingerprintFinding[]
  nameOf: (slug: string) => string
  variables: ReadonlyMap<string, string>
}) {
  const columns: Column<FingerprintFinding>[] = [
    {
      key: 'what',
      header: 'Secret',
      rowHeader: true,
      cell: ({ system, profile, mapping }) => (
        <>
          {nameOf(system)} {profile}{' '}
          <Link className="link block" href={routes.systemKey(system, profile, mapping)}>
            <code>{variables.get(`${system} ${mapping}`) ?? mapping}</code>
          </Link>
        </>
      ),
    },
    {
      key: 'kind',
      header: 'What the fingerprints say',
      cell: ({ kind, sentence }) => (
        <>
          <Status status="fail">{PRINT_FINDING[kind]}</Status>
          <span className="block">{sentence}</span>
        </>
      ),
    },
    {
      key: 'rotation',
      header: 'Against',
      cell: ({ rotation, other }) =>
        rotation ? (
          <Link className="link" href={routes.rotation(rotation)}>
            {rotation}
          </Link>
        ) : other ? (
          `the same on ${other.profile}`
        ) : null,
    },
    { key: 'since', header: 'Since', nowrap: true, cell: ({ since }) => <Time at={since} /> },
  ]
  return (
    <DataTable
      caption="What fingerprints speak against"
      columns={columns}
      rows={rows}
      rowKey={({ kind, system, profile, mapping, other }) => JSON.stringify([kind, system, profile, mapping, other])}
      flow
      empty={
        <EmptyState>
          Nothing is shared between profiles, and every pair that was reported is shifted. Only fingerprints are compared.
        </EmptyState>
      }
    />
  )
}

const SUBJECT: Record<Debt['subject']['kind'], (id: string) => string> = {
  fallback: routes.fallback,
  rotation: routes.rotation,
  promotion: (id) => routes.promotion(id),
}

/** What fallback uses, emergencies and rollbacks still owe. Unpaid they hold the next promotion to their profile. */
export function DebtsTable({ rows, nameOf }: { rows: readonly Debt[]; nameOf: (slug: string) => string }) {
  const columns: Column<Debt>[] = [
    {
      key: 'what',
      header: 'Owed',
      rowHeader: true,
      cell: ({ what, sentence }) => (
        <>
          {what}
          <span className="c2 block font-normal">{sentence}</span>
        </>
      ),
    },
    {
      key: 'where',
      header: 'For',
      cell: ({ system, profile, subject }) => (
        <>
          <Link className="link" href={SUBJECT[subject.kind](subject.id)}>
            {subject.id}
          </Link>
          <span className="t-xs c3 block">
            {nameOf(system)} {profile}
          </span>
        </>
      ),
    },
    { key: 'who', header: 'Who can pay it', cell: ({ who }) => who },
    {
      key: 'due',
      header: 'Due',
      nowrap: true,
      cell: ({ dueAt, overdue }) =>
        dueAt ? (
          <Status status={overdue ? 'fail' : 'warn'} plain={!overdue}>
            <Time at={dueAt} />
          </Status>
        ) : (
          <span className="c3">no date</span>
        ),
    },
  ]
  return (
    <DataTable
      caption="Debts that are not paid"
      columns={columns}
      rows={rows}
      rowKey={({ kind, subject, what }) => `${kind} ${subject.id} ${what}`}
      flow
      empty={<EmptyState>Nothing is owed.</EmptyState>}
    />
  )
}

const AUDITS: Column<SecretAuditStanding>[] = [
  {
    key: 'where',
    header: 'Secret handling of',
    rowHeader: true,
    cell: ({ system, systemName, profile }) => (
      <Link className="link" href={`${routes.systemEnv(system, { profile: profile.id })}#audit-${profile.id}`}>
        {systemName} {profile.id}
      </Link>
    ),
  },
  { key: 'state', header: 'State', cell: ({ state }) => <Status status={AUDIT_STATUS[state].status}>{AUDIT_STATUS[state].word}</Status> },
  {
    key: 'last',
    header: 'Last audit',
    cell: ({ last }) =>
      last ? (
        <>
          <Time at={last.auditedAt} show="date" />, {last.by.name}
          <span className="c2 block">{last.note}</span>
        </>
      ) : (
        <span className="c3">none</span>
      ),
  },
  {
    key: 'due',
    header: 'Next due',
    nowrap: true,
    cell: ({ dueAt, rule, due }) =>
      dueAt ? <Time at={dueAt} show="date" /> : <span className={due ? undefined : 'c3'}>{rule && due ? 'now' : 'none asked for'}</span>,
  },
]

/** Where the audits of secret handling stand (000.10): the due ones first. */
export function AuditsTable({ rows }: { rows: readonly SecretAuditStanding[] }) {
  return (
    <DataTable
      caption="Audits of secret handling"
      columns={AUDITS}
      rows={rows.toSorted((a, b) => Number(b.due) - Number(a.due))}
      rowKey={({ system, profile }) => `${system} ${profile.id}`}
      flow
      empty={<EmptyState>No policy here asks for an audit, and nobody did one.</EmptyState>}
    />
  )
}
