import clsx from 'clsx'
import { profileRef } from '@/components/system/profile-ref'
import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { SealLine } from '@/components/ui/seal-line'
import { Status, StatusGlyph, type StatusKind } from '@/components/ui/status'
import { entryKey, entryName } from '@/lib/domain/trail'
import { formatDay, formatTime, type Instant } from '@/lib/format'
import type { AuditRow } from '@/lib/queries/audit'

/** A shape where something went wrong or was taken back; most rows have none. */
const SHAPES: Readonly<Record<string, StatusKind>> = {
  'deployment.failed': 'fail',
  'promotion.failed': 'fail',
  'promotion.voided': 'warn',
  'release_notes.voided': 'warn',
  'promotion.declined': 'denied',
}

/** What was done, in one or two words. A refused attempt says so by shape and word. */
export function Did({ row }: { row: AuditRow }) {
  const shape = row.outcome === 'refused' ? 'denied' : SHAPES[row.action]
  const words = row.count > 1 ? `${row.did}, ${row.count} times` : row.did
  return shape ? (
    <Status status={shape} size={12}>
      <span className="text-(--ink)">{words}</span>
    </Status>
  ) : (
    <b className="b">{words}</b>
  )
}

/** The system and profile an entry belongs to. */
export function Where({ where }: { where: AuditRow['where'] }) {
  if (where.name === null) return <span className="c3">Countersign</span>
  return (
    <span className="inline-flex items-center gap-x-1.5 max-sm:flex-wrap">
      {where.name}
      {where.profile?.class ? <ProfileTag profile={profileRef(where.profile.id, where.profile.class)} /> : where.profile?.id}
    </span>
  )
}

/**
 * Entries of the trail, newest first, each by its number in the log and the line of its hash. A row opens its entry beside the list; `j` and `k`
 * move between rows. `isOneDay` leaves the date out, since every row has the same. Rows from `firstBad` on are unproven.
 */
export function TrailTable({
  rows,
  now,
  isOneDay,
  current,
  hrefOf,
  empty,
  firstBad = null,
  picked,
}: {
  rows: readonly AuditRow[]
  now: Instant
  isOneDay: boolean
  current?: string
  hrefOf: (entry: string) => string
  empty: string
  /** The number of the first entry that does not match; null where none was found. */
  firstBad?: number | null
  /** Ids of entries that are chosen for an export. */
  picked?: ReadonlySet<string>
}) {
  const columns: Column<AuditRow>[] = [
    {
      key: 'entry',
      header: 'Entry',
      rowHeader: true,
      nowrap: true,
      cell: (row) => (
        <Link
          className={clsx('mono num', row.number === null && 'c3')}
          href={hrefOf(entryKey(row))}
          scroll={false}
          aria-label={`Entry ${entryName(row)}: ${row.sentence}`}
          data-entry={row.id}
        >
          {row.number !== null && firstBad !== null && row.number >= firstBad ? (
            <StatusGlyph status="fail" size={12} label={row.number === firstBad ? 'does not match' : 'unproven'} />
          ) : null}
          {entryName(row)}
        </Link>
      ),
    },
    {
      key: 'at',
      header: 'UTC',
      nowrap: true,
      cell: (row) => (
        <time className="mono num" dateTime={row.at}>
          {isOneDay ? '' : `${formatDay(row.at, now).replace(/^\w{3} /, '')} `}
          {formatTime(row.at, { seconds: true })}
        </time>
      ),
    },
    { key: 'who', header: 'Who', cell: (row) => <Actor name={row.who.name} kind={row.who.kind} /> },
    { key: 'did', header: 'Did', nowrap: true, cell: (row) => <Did row={row} /> },
    { key: 'what', header: 'What', cell: (row) => row.what.label },
    { key: 'where', header: 'Where', cell: (row) => <Where where={row.where} /> },
    {
      key: 'seal',
      header: 'Seal',
      phoneLabel: false,
      cell: (row) => (
        <span className={row.number === null ? 'c3' : 'acc'}>
          <SealLine hash={row.leaf} size="tiny" />
        </span>
      ),
    },
  ]
  return (
    <DataTable
      caption="Entries of the trail, newest first"
      variant="aud"
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      current={current}
      rowClass={(row) => (picked?.has(row.id) ? 'picked' : undefined)}
      empty={<EmptyState big>{empty}</EmptyState>}
    />
  )
}
