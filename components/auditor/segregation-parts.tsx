import { EmptyState } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { Status, type StatusKind } from '@/components/ui/status'
import type { Conflict, Filler, RuleReport, SlotReport } from '@/lib/domain/auditor/segregation'
import { ROLE_TITLE } from '@/lib/domain/roles'
import { formatDate, listWords } from '@/lib/format'
import { routes } from '@/lib/routes'

const SHAPE: Record<Conflict['severity'], StatusKind> = { fail: 'fail', warn: 'warn', note: 'waiting' }
const WORD: Record<Conflict['severity'], string> = { fail: 'Gap', warn: 'Look at it', note: 'Kept apart' }

/** Where duties could meet in one hand, or nobody could act; gravest first, each with what keeps it from going wrong. */
export function ConflictTable({ caption, conflicts }: { caption: string; conflicts: readonly Conflict[] }) {
  return (
    <DataTable
      caption={caption}
      rows={conflicts}
      rowKey={(row) => `${row.kind} ${row.says}`}
      flow
      empty={
        <EmptyState>
          Every slot could be filled by two people or more, nobody granted themselves a role, and nobody could both open and sign the same
          thing.
        </EmptyState>
      }
      columns={[
        {
          key: 'severity',
          header: 'Is',
          nowrap: true,
          cell: (row) => (
            <Status status={row.holds === null && row.severity === 'note' ? 'warn' : SHAPE[row.severity]} size={12}>
              {WORD[row.severity]}
            </Status>
          ),
        },
        { key: 'says', header: 'What', rowHeader: true, cell: (row) => <span className="says b">{row.says}</span> },
        {
          key: 'holds',
          header: 'What holds it',
          cell: (row) => row.holds ?? 'Nothing but people: while that person is away, nothing is signed.',
        },
      ]}
    />
  )
}

type SlotRow = { key: string; rule: RuleReport; slot: SlotReport; isFirst: boolean }

/** Every slot of every rule with those who could fill it, by the grants of that instant. */
export function SlotTable({ caption, rules }: { caption: string; rules: readonly RuleReport[] }) {
  const rows = rules.flatMap((rule) =>
    rule.slots.map((slot, i): SlotRow => ({ key: `${rule.subject} ${rule.rule} ${slot.key}`, rule, slot, isFirst: i === 0 })),
  )
  return (
    <DataTable
      caption={caption}
      rows={rows}
      rowKey={(row) => row.key}
      flow
      empty={<EmptyState>The policy of that instant asks nobody to sign anything.</EmptyState>}
      columns={[
        {
          key: 'rule',
          header: 'Signs',
          cell: ({ rule, isFirst }) => (
            <span className={isFirst ? 'b' : 'c3'}>{rule.title.replace(/^./, (letter) => letter.toUpperCase())}</span>
          ),
        },
        {
          key: 'slot',
          header: 'As',
          rowHeader: true,
          cell: ({ slot }) => (
            <>
              {slot.title}
              {slot.last ? <span className="c3"> (last)</span> : null}
            </>
          ),
        },
        {
          key: 'who',
          header: 'Who could',
          cell: ({ slot }) =>
            slot.fillers.length === 0 ? (
              <Status status="fail" size={12} long>
                nobody; it asks for{' '}
                {listWords(
                  slot.roles.map((role) => ROLE_TITLE[role]),
                  'or',
                )}
              </Status>
            ) : (
              slot.fillers.map((filler, i) => (
                <span key={filler.id}>
                  {i > 0 ? ', ' : ''}
                  <Link className="link" href={routes.person(filler.id)}>
                    {filler.name}
                  </Link>
                  <span className="c3">{restsOn(filler, slot)}</span>
                </span>
              ))
            ),
        },
        {
          key: 'barred',
          header: 'Holds the role and could not',
          cell: ({ slot }) =>
            slot.barred.length === 0 ? (
              <span className="c3">nobody</span>
            ) : (
              slot.barred.map(({ name, why }) => `${name} (${why})`).join(', ')
            ),
        },
      ]}
    />
  )
}

/** The role where several would do, and the end where there is one. */
function restsOn({ role, until }: Filler, { roles }: SlotReport): string {
  const parts = [roles.length > 1 ? ROLE_TITLE[role] : null, until ? `until ${formatDate(until)}` : null].filter(Boolean)
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}
