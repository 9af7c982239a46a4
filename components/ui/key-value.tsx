import clsx from 'clsx'
import type { ReactNode } from 'react'

export type KeyValueItem = { label: string; value: ReactNode; key?: string }

/** Names and values in two columns; `stacked` puts each value under its name. Items whose value is null or undefined are left out. */
export function KeyValue({
  items,
  width = 'normal',
  stacked,
  className,
}: {
  items: readonly KeyValueItem[]
  width?: 'narrow' | 'normal' | 'wider'
  stacked?: boolean
  className?: string
}) {
  return (
    <dl className={clsx('kv', width !== 'normal' && width, stacked && 'stacked', className)}>
      {items
        .filter((item) => item.value !== null && item.value !== undefined)
        .map((item) => (
          <div className="contents" key={item.key ?? item.label}>
            <dt>{item.label}</dt>
            <dd>{item.value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** Rows of a dossier: name, words, and on the right a link or the plain answer. */
export function DeltaTable({
  caption,
  rows,
}: {
  caption: string
  rows: readonly { key: string; label: ReactNode; value: ReactNode; aside?: ReactNode }[]
}) {
  return (
    <table className="delta">
      <caption className="sr">{caption}</caption>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <td>{row.label}</td>
            <td>{row.value}</td>
            <td className="right">{row.aside}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
