'use client'

import { ChevronLeft, Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { Avatar } from '@/components/ui/actor'
import { useViewerClock } from '@/components/ui/clock-context'
import { Link } from '@/components/ui/link'
import { formatAge, formatClock, formatDay, formatLocal, formatTimeUtc, initials, SECOND, toIso } from '@/lib/format'
import { routes } from '@/lib/routes'
import { BrandMark } from './brand'
import { useShell } from './shell-provider'

/** Opens the palette; looks like the field it stands for. */
export function FindButton() {
  const { openPalette } = useShell()
  return (
    <button type="button" className="find" onClick={openPalette} aria-keyshortcuts="Control+K">
      <Search size={14} aria-hidden="true" />
      <span>Search or run a command</span>
      <kbd>Ctrl K</kbd>
    </button>
  )
}

/** Server time in UTC and the viewer's zone; ticks each minute. Says so when the viewer's own clock is off by more than 30 s. */
export function Clock({ short = false }: { short?: boolean }) {
  const { now, zone, skewMs } = useViewerClock()
  if (now === null) return null
  const local = formatLocal(now, zone)
  return (
    <time className="clock" dateTime={toIso(now)} suppressHydrationWarning>
      <span className="sr">Now </span>
      {short ? (
        formatTimeUtc(now)
      ) : (
        <>
          {formatDay(now)} {formatTimeUtc(now)}
          {local ? <span className="local"> · {local}</span> : null}
        </>
      )}
      {Math.abs(skewMs) > 30 * SECOND ? (
        <span className="warn" title={formatClock(now, zone)}>
          {' '}
          (your clock is {formatAge(skewMs)} {skewMs > 0 ? 'ahead' : 'behind'})
        </span>
      ) : null}
    </time>
  )
}

export type PhoneHead = { back?: string; title?: ReactNode; aside?: ReactNode }

/** The head of a phone: brand, clock, search and you on the main pages; back, title and a short fact on pages below them. */
export function PhoneTop({ back, title, aside }: PhoneHead) {
  const { viewer, openPalette } = useShell()
  if (back || title) {
    return (
      <header className="ptop">
        {back ? (
          <Link className="back" href={back} aria-label="Back">
            <ChevronLeft size={22} aria-hidden="true" />
          </Link>
        ) : null}
        <span className="title trunc">{title}</span>
        <span className="end c3 t-xs">{aside}</span>
      </header>
    )
  }
  return (
    <header className="ptop">
      <Link className="brand" href={routes.inbox()}>
        <BrandMark />
        Countersign
      </Link>
      <span className="end">
        <Clock short />
        <button type="button" className="iconbtn" aria-label="Search or run a command" onClick={openPalette}>
          <Search size={20} aria-hidden="true" />
        </button>
        {viewer ? (
          <Link href={routes.profile()} aria-label={`${viewer.initials ?? initials(viewer.name)}, ${viewer.name}`}>
            <Avatar name={viewer.name} short={viewer.initials} large />
          </Link>
        ) : null}
      </span>
    </header>
  )
}
