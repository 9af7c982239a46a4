import type { ReactNode } from 'react'
import { Link } from '@/components/ui/link'

export type TabItem = { label: string; href: string; current?: boolean; count?: number | string }

/** Tabs that are links, each its own address; `[` and `]` step through them. */
export function Tabs({ label, items, aside }: { label: string; items: readonly TabItem[]; aside?: ReactNode }) {
  return (
    <nav className="tabs" aria-label={label} data-tabs="">
      <ul>
        {items.map((item) => (
          <li key={item.href}>
            <Link href={item.href} aria-current={item.current ? 'page' : undefined}>
              {item.label}
              {item.count === undefined ? null : <span className="num c3"> {item.count}</span>}
            </Link>
          </li>
        ))}
      </ul>
      {aside ? <span className="aside row t-xs c2">{aside}</span> : null}
    </nav>
  )
}

/** Views of the same thing (Board, Table) or a filter switch (All rules, Only problems) as links. */
export function ViewSwitch({ label, items, showLabel }: { label: string; items: readonly TabItem[]; showLabel?: boolean }) {
  return (
    <nav className="views" aria-label={label}>
      {showLabel ? <span>{label}</span> : null}
      {items.map((item) => (
        <Link
          key={item.label}
          href={item.href}
          className={item.current ? undefined : 'link'}
          aria-current={item.current ? 'true' : undefined}
        >
          {item.label}
          {item.count === undefined ? null : ` (${item.count})`}
        </Link>
      ))}
    </nav>
  )
}

/** The parts of a long page, beside it. */
export function Toc({
  items,
  label = 'On this page',
}: {
  items: readonly { label: string; href: string; current?: boolean }[]
  label?: string
}) {
  return (
    <nav className="toc tools" aria-label={label}>
      <ul>
        {items.map((item) => (
          <li key={item.href}>
            <a href={item.href} aria-current={item.current ? 'true' : undefined}>
              {item.label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Where a ceremony stands: steps done, the present one, those to come. */
export function Steps({
  items,
  label = 'Steps',
}: {
  items: readonly { label: string; state: 'done' | 'now' | 'next'; glyph: ReactNode }[]
  label?: string
}) {
  return (
    <ol className="steps" aria-label={label}>
      {items.map((item) => (
        <li
          key={item.label}
          className={item.state === 'now' ? 'st acc' : `st plain ${item.state === 'done' ? 'pass' : 'idle'}`}
          aria-current={item.state === 'now' ? 'step' : undefined}
        >
          {item.glyph}
          {item.label}
        </li>
      ))}
    </ol>
  )
}
