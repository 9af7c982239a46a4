import type { ReactNode } from 'react'
import { subjectHref } from '@/components/audit/subject-link'
import { Actor } from '@/components/ui/actor'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { Status, type StatusKind } from '@/components/ui/status'
import { formatDay, formatNumber, formatTime } from '@/lib/format'
import type { AnswerRow } from '@/lib/queries/auditor/answer'
import { routes } from '@/lib/routes'

const SHAPE: Record<AnswerRow['gravity'], StatusKind> = { fail: 'fail', warn: 'warn', note: 'waiting', pass: 'pass' }

/** The entry of the trail behind a finding: its number in the log, or that it waits for one. */
export function EntryLink({ entry, label }: { entry: { id: string; number: number | null } | null; label?: string }) {
  if (entry === null) return <span className="c3">none</span>
  const name = entry.number === null ? entry.id.slice(0, 8) : `#${formatNumber(entry.number)}`
  return (
    <Link className="link mono num" href={routes.auditEntry(entry.number ?? entry.id)} aria-label={label && `${name}: ${label}`}>
      {name}
    </Link>
  )
}

/** The thing that a finding is about, linked where it has a page. */
export function SubjectLink({ row }: { row: AnswerRow }) {
  const { subject, system } = row
  // Exceptions that were relied on are named by themselves; the row is about the promotion.
  const href = subject.label.startsWith('EXC-')
    ? routes.exception(subject.label)
    : subjectHref({
        what: { kind: subject.kind as never, id: subject.id, version: null, label: subject.label },
        where: { system: system?.id ?? null, name: system?.name ?? null, profile: null },
      })
  return href ? (
    <Link className="link mono" href={href}>
      {subject.label}
    </Link>
  ) : (
    <span className="mono">{subject.label}</span>
  )
}

/** Findings, newest first: what, who, when, the finding in a sentence, how it stands, and the entry that shows it. */
export function AnswerTable({ caption, rows, now, empty }: { caption: string; rows: readonly AnswerRow[]; now: Date; empty: ReactNode }) {
  const columns: Column<AnswerRow>[] = [
    { key: 'subject', header: 'What', rowHeader: true, nowrap: true, cell: (row) => <SubjectLink row={row} /> },
    {
      key: 'at',
      header: 'UTC',
      nowrap: true,
      cell: (row) => (
        <time className="mono num" dateTime={row.at}>
          {formatDay(row.at, now).replace(/^\w{3} /, '')} {formatTime(row.at)}
        </time>
      ),
    },
    {
      key: 'where',
      header: 'Where',
      cell: (row) => (
        <>
          {row.system?.name ?? 'Countersign'}
          {row.profile ? <span className="c3"> {row.profile}</span> : null}
        </>
      ),
    },
    {
      key: 'who',
      header: 'Who',
      cell: (row) => (row.who ? <Actor name={row.who.name} kind={row.who.kind} /> : <span className="c3">nobody</span>),
    },
    { key: 'says', header: 'Finding', cell: (row) => <span className="says">{row.says}</span> },
    {
      key: 'standing',
      header: 'Stands',
      cell: (row) => (
        <Status status={SHAPE[row.gravity]} size={12} long>
          {row.standing}
        </Status>
      ),
    },
    {
      key: 'entry',
      header: 'Entry',
      nowrap: true,
      cell: (row) => <EntryLink entry={row.entry} label={row.entry ? `entry of ${row.subject.label}` : undefined} />,
    },
  ]
  return <DataTable caption={caption} columns={columns} rows={rows} rowKey={(row) => row.key} empty={empty} flow />
}
