import clsx from 'clsx'
import type { ReactNode } from 'react'
import { Link } from '@/components/ui/link'

export type Column<Row> = {
  key: string
  header: ReactNode
  /** The column that names the row; at most one. */
  rowHeader?: boolean
  align?: 'right'
  nowrap?: boolean
  /** Said instead of the header on a phone; false for none. */
  phoneLabel?: string | false
  /** A link that sorts by this column. */
  sortHref?: string
  sorted?: 'ascending' | 'descending'
  cell: (row: Row) => ReactNode
}

// On a phone rows become blocks, and browsers drop the table semantics of such elements; the roles put them back.
const ROLE = { table: 'table', group: 'rowgroup', row: 'row', head: 'columnheader', rowHead: 'rowheader', cell: 'cell' } as const

/**
 * A plain table with links: caption, scopes, sorted column named. Server component; `cell` renders each value.
 * On a phone each row is a block of label and value. `current` marks the selected row, `empty` stands in for no rows.
 */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  variant = 'quiet',
  showCaption = false,
  empty,
  current,
  flow,
  rowClass,
}: {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  variant?: 'quiet' | 'aud'
  showCaption?: boolean
  empty?: ReactNode
  current?: string
  /** Cells of several lines: aligned to the top. */
  flow?: boolean
  /** A class of a row, for what sets some apart. */
  rowClass?: (row: Row) => string | undefined
}) {
  if (rows.length === 0 && empty) return <>{empty}</>
  return (
    <table className={clsx(variant, 'stack', flow && 'flow')} role={ROLE.table}>
      <caption className={showCaption ? 'h3 pb-2 text-left' : 'sr'}>{caption}</caption>
      <thead role={ROLE.group}>
        <tr role={ROLE.row}>
          {columns.map((column) => (
            <th
              key={column.key}
              scope="col"
              role={ROLE.head}
              className={clsx(column.align, column.nowrap && 'nowrap')}
              aria-sort={column.sorted}
            >
              {column.sortHref ? <Link href={column.sortHref}>{column.header}</Link> : column.header}
              {column.sorted ? <span aria-hidden="true">{column.sorted === 'ascending' ? ' ↑' : ' ↓'}</span> : null}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role={ROLE.group} data-rows="">
        {rows.map((row) => {
          const key = rowKey(row)
          return (
            <tr
              key={key}
              role={ROLE.row}
              data-row=""
              className={clsx(current === key && 'on', rowClass?.(row))}
              aria-current={current === key || undefined}
            >
              {columns.map((column) =>
                column.rowHeader ? (
                  <th key={column.key} scope="row" role={ROLE.rowHead} className={clsx(column.nowrap && 'nowrap')}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td
                    key={column.key}
                    role={ROLE.cell}
                    className={clsx(column.align, column.align === 'right' && 'num', column.nowrap && 'nowrap')}
                    data-label={
                      column.phoneLabel === false
                        ? undefined
                        : (column.phoneLabel ?? (typeof column.header === 'string' ? column.header : undefined))
                    }
                  >
                    <span>{column.cell(row)}</span>
                  </td>
                ),
              )}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
