import { EmptyState } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import type { PromotionRow } from '@/lib/queries/promotions-board'
import { routes } from '@/lib/routes'
import { EmergencyChip, Way } from './parts'
import { PHASE } from './words'

/** Every promotion, the newest opened first, open or over. */
export function PromotionTable({ rows, filtered }: { rows: readonly PromotionRow[]; filtered: boolean }) {
  return (
    <DataTable
      caption="Promotions, the newest opened first"
      rows={rows}
      rowKey={({ id }) => id}
      empty={
        <EmptyState big>
          {filtered
            ? 'No promotion matches. Take a filter away.'
            : 'No promotion has been opened yet. Register a release, then open the first one.'}
        </EmptyState>
      }
      columns={[
        {
          key: 'what',
          header: 'What',
          rowHeader: true,
          cell: (row) => (
            <span className="row wrap gap-2">
              <Link href={routes.promotion(row.id)} className="b">
                {row.system.name} {row.version}
              </Link>
              <EmergencyChip incident={row.emergency} />
            </span>
          ),
        },
        { key: 'id', header: 'Id', nowrap: true, cell: (row) => <code>{row.id}</code> },
        { key: 'way', header: 'Way', cell: (row) => <Way from={row.from} to={row.to} /> },
        { key: 'phase', header: 'Stands at', cell: (row) => <Status status={PHASE[row.phase].status}>{PHASE[row.phase].words}</Status> },
        {
          key: 'gates',
          header: 'Gates',
          nowrap: true,
          cell: ({ gates: { passed, total, covered, skipped } }) =>
            `${passed} of ${total}${covered > 0 ? `, ${covered} by exception` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`,
        },
        { key: 'signed', header: 'Signed', nowrap: true, cell: (row) => `${row.signed} of ${row.slots}` },
        {
          key: 'opened',
          header: 'Opened',
          nowrap: true,
          sorted: 'descending',
          cell: (row) => (
            <>
              <Time at={row.openedAt} show="date" /> <span className="c3">by {row.openedBy}</span>
            </>
          ),
        },
      ]}
    />
  )
}
