import { KeyName } from '@/components/system/key-name'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { RelativeTime } from '@/components/ui/time'
import type { ContractCell } from '@/lib/domain/contract/view'
import { whereTo } from './heat-map'

/** What a release would meet on a profile: what holds it, what is covered, what is only said. */
export function ContractBreaks({
  slug,
  cells,
  reported,
}: {
  slug: string
  cells: readonly ContractCell[]
  reported: { fresh: boolean; seenAt: Date } | null
}) {
  if (!reported)
    return (
      <EmptyState>
        Nobody can say: the variables of this profile were not reported. Let its runtime report them, or judge an environment through the
        API.
      </EmptyState>
    )
  const wrong = cells.filter((cell) => !cell.fine && cell.state !== 'na')
  if (!reported.fresh && wrong.length === 0)
    return (
      <p className="py-3">
        <Status status="stale" long>
          Nobody can say: the newest report is from <RelativeTime at={reported.seenAt} /> and too old to prove anything. It found nothing
          out of order.
        </Status>
      </p>
    )
  if (wrong.length === 0)
    return (
      <p className="py-3">
        <Status status="pass" long>
          Nothing of the contract would stand in its way: every required variable is there and valid.
        </Status>
      </p>
    )
  return (
    <DataTable
      caption="What is out of order"
      columns={COLUMNS(slug)}
      rows={wrong.toSorted((one, other) => Number(other.blocks) - Number(one.blocks))}
      rowKey={({ variable }) => variable}
      flow
    />
  )
}

const COLUMNS = (slug: string): Column<ContractCell>[] => [
  { key: 'variable', header: 'Variable', rowHeader: true, cell: ({ variable }) => <KeyName name={variable} /> },
  { key: 'state', header: 'State', cell: ({ state, word }) => <Status status={state}>{word}</Status> },
  { key: 'sentence', header: 'Why', cell: ({ sentence }) => sentence },
  {
    key: 'weight',
    header: 'What follows',
    cell: (cell) =>
      cell.exception
        ? 'Covered: it goes on, and the notes say so'
        : cell.blocks
          ? 'Holds promotions'
          : cell.state === 'waiting' || cell.state === 'stale'
            ? 'Nobody can say until it is reported again'
            : 'Shown, holds nothing',
  },
  {
    key: 'act',
    header: <span className="sr">What to do</span>,
    phoneLabel: false,
    cell: (cell) =>
      cell.state === 'waiting' || (cell.state === 'stale' && !cell.finding && !cell.exception) ? null : (
        <Link className="link" href={whereTo(slug, cell)}>
          {cell.exception ? `Open ${cell.exception.id}` : cell.finding ? `Open ${cell.finding}` : 'File an exception'}
          <span className="sr"> for {cell.variable}</span>
        </Link>
      ),
  },
]
