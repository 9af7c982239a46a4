'use client'

import clsx from 'clsx'
import { usePathname } from 'next/navigation'
import { Link } from '@/components/ui/link'
import { STATUS_WORD, StatusGlyph, type StatusKind } from '@/components/ui/status'
import { isCurrent, type NavEntry, type NavKey, PHONE_TABS, routes } from '@/lib/routes'
import { NavIcon } from './nav-icon'

/** A counter beside a section: a number, or words when something there is overdue. */
export type NavCount = number | { text: string; bad?: boolean }
export type NavCounts = Partial<Record<NavKey, NavCount>>

/** The blue counter is for the inbox only and counts what you can act on; the others are plain, red words when something is overdue. */
function Counter({ of, count }: { of: NavKey; count: NavCount | undefined }) {
  if (count === undefined || count === 0) return null
  const words = typeof count === 'number' ? String(count) : count.text
  const bad = typeof count === 'object' && count.bad
  return <span className={clsx('n', of === 'inbox' && 'hot', bad && 'bad')}>{words}</span>
}

/** Sections of the rail. */
export function NavLinks({ entries, counts }: { entries: readonly NavEntry[]; counts: NavCounts }) {
  const pathname = usePathname()
  return (
    <ul>
      {entries.map((entry) => (
        <li key={entry.key}>
          <Link
            className={clsx('nav', entry.key === 'breakGlass' && 'danger')}
            href={entry.href}
            aria-current={isCurrent(entry.href, pathname) ? 'page' : undefined}
          >
            <NavIcon of={entry.key} />
            <span className="lbl">{entry.label}</span>
            <Counter of={entry.key} count={counts[entry.key]} />
          </Link>
        </li>
      ))}
    </ul>
  )
}

export type NavSystem = { slug: string; name: string; status: StatusKind; word?: string }

/** The systems of the rail, each with the worst state it is in. */
export function SystemLinks({ systems }: { systems: readonly NavSystem[] }) {
  const pathname = usePathname()
  return (
    <ul>
      {systems.map((system) => (
        <li key={system.slug}>
          <Link
            className="nav sys"
            href={routes.system(system.slug)}
            aria-current={isCurrent(routes.system(system.slug), pathname) ? 'page' : undefined}
          >
            <StatusGlyph status={system.status} size={12} />
            <span className="lbl">
              {system.name}
              <span className="sr">, {system.word ?? STATUS_WORD[system.status]}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

/** The five tabs of a phone. */
export function PhoneTabs({ counts }: { counts: NavCounts }) {
  const pathname = usePathname()
  const inTabs = PHONE_TABS.some((tab) => tab.key !== 'more' && isCurrent(tab.href, pathname))
  return (
    <nav className="ptabs" aria-label="Main, tabs">
      {PHONE_TABS.map((tab) => {
        const current = tab.key === 'more' ? !inTabs : isCurrent(tab.href, pathname)
        const count = tab.key === 'inbox' ? counts.inbox : undefined
        return (
          <Link key={tab.key} href={tab.href} aria-current={current ? 'page' : undefined}>
            <NavIcon of={tab.key} size={20} />
            {tab.short ?? tab.label}
            {typeof count === 'number' && count > 0 ? <span className="n">{count}</span> : null}
          </Link>
        )
      })}
    </nav>
  )
}
