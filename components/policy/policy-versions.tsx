import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Hash } from '@/components/ui/hash'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Status, type StatusKind } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import type { PolicyChange } from '@/lib/domain/policy/diff'
import { plural } from '@/lib/format'
import type { PolicyVersionRow } from '@/lib/queries/policy-versions'
import { routes } from '@/lib/routes'

/** Every version with its hash, who applied it, and that it is not signed; each can be read, compared with the one before, and saved as JSON. */
export function PolicyVersions({ slug, rows, shown }: { slug: string; rows: readonly PolicyVersionRow[]; shown: number }) {
  const columns: Column<PolicyVersionRow>[] = [
    {
      key: 'number',
      header: 'Version',
      rowHeader: true,
      cell: (row) => (
        <Link
          className="link"
          href={routes.systemPolicy(slug, { version: row.number })}
          aria-current={row.number === shown ? 'true' : undefined}
        >
          Version {row.number}
        </Link>
      ),
    },
    {
      key: 'state',
      header: 'State',
      cell: (row) => (
        <Status status={row.status === 'active' ? 'pass' : 'na'}>
          {row.status === 'active' ? 'Active' : 'Superseded'}
          {row.openPromotions > 0 ? `, ${plural(row.openPromotions, 'open promotion')} under it` : ''}
        </Status>
      ),
    },
    { key: 'signed', header: 'Signed', cell: () => <Status status="waiting">Not signed</Status> },
    { key: 'hash', header: 'SHA-256', cell: (row) => <Hash hash={row.hash} groups={3} /> },
    { key: 'by', header: 'Applied by', cell: (row) => <Actor name={row.appliedBy.name} kind={row.appliedBy.kind} /> },
    { key: 'at', header: 'When', nowrap: true, cell: (row) => <Time at={row.appliedAt} /> },
    {
      key: 'more',
      header: <span className="sr">More</span>,
      phoneLabel: false,
      cell: (row) => (
        <span className="row gap-3">
          {row.number > 1 ? (
            <Link className="link" href={routes.systemPolicy(slug, { version: row.number, against: row.number - 1 })}>
              Changes
            </Link>
          ) : null}
          <a className="link" href={routes.systemPolicyJson(slug, row.number)} download>
            JSON
          </a>
        </span>
      ),
    },
  ]
  return (
    <DataTable
      caption="Versions of the policy, newest first"
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      current={rows.find((row) => row.number === shown)?.id}
    />
  )
}

const KIND: Record<PolicyChange['kind'], { status: StatusKind; word: string }> = {
  added: { status: 'pass', word: 'New' },
  removed: { status: 'fail', word: 'Gone' },
  changed: { status: 'warn', word: 'Changed' },
}

/** What differs between two versions, part by part, each change as a sentence with its place. */
export function PolicyDiff({ from, to, changes }: { from: number; to: number; changes: readonly PolicyChange[] }) {
  if (changes.length === 0) return <EmptyState big>{`Versions ${from} and ${to} say the same.`}</EmptyState>
  const parts = [...Map.groupBy(changes, (change) => change.path.split('.')[0] ?? '')]
  return (
    <>
      <p className="lead">
        {plural(changes.length, 'change')} from version {from} to version {to}. What is open under version {from} stays under it until a
        Release Manager pins it again.
      </p>
      {parts.map(([part, own]) => (
        <Section
          key={part}
          title={part.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/^./, (first) => first.toUpperCase())}
          aside={plural(own.length, 'change')}
        >
          <ul>
            {own.map((change) => (
              <li
                key={`${change.path} ${change.kind}`}
                className="border-line grid gap-1 border-b py-2.5 sm:grid-cols-[120px_minmax(0,1fr)]"
              >
                <Status status={KIND[change.kind].status}>{KIND[change.kind].word}</Status>
                <span className="min-w-0">
                  {change.sentence}
                  <code className="c3 block">{change.path}</code>
                </span>
              </li>
            ))}
          </ul>
        </Section>
      ))}
    </>
  )
}
