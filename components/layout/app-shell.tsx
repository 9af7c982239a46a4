import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { ThemeSwitch } from '@/components/theme-switch'
import { Avatar } from '@/components/ui/actor'
import { ViewerClock } from '@/components/ui/clock-context'
import { Link } from '@/components/ui/link'
import { Status, type StatusKind } from '@/components/ui/status'
import { ZONE_COOKIE } from '@/components/ui/zone-cookie'
import { formatInstant, formatSha, isZone } from '@/lib/format'
import { NAV, NAV_PINNED, routes } from '@/lib/routes'
import { BrandMark } from './brand'
import { type NavCounts, NavLinks, type NavSystem, PhoneTabs, SystemLinks } from './nav-links'
import { ShellProvider, type Viewer } from './shell-provider'

export type { NavCounts, NavSystem, Viewer }

/** The line about the record at the foot of the rail: "Audit chain intact", "#48,212 at 14:30 UTC". */
export type AuditLine = { status: StatusKind; text: string; detail?: string; href?: string }

/** What is running (002.27), as in /version: `buildDate` an ISO time. */
export type BuildStamp = { version: string; gitSha?: string | null; buildDate?: string | null }

/**
 * The frame of every signed-in page, for `app/(dashboard)/layout.tsx`: rail, phone tabs, palette, keyboard, clock, build stamp.
 * Which entry is current comes from the address; breadcrumb and `<main>` come from `Page`. `banner` stands above every page (glass open).
 */
export async function AppShell({
  viewer,
  counts = {},
  systems,
  auditLine,
  build,
  banner,
  children,
}: {
  viewer: Viewer
  counts?: NavCounts
  systems: readonly NavSystem[]
  auditLine?: AuditLine | null
  build: BuildStamp
  banner?: ReactNode
  children: ReactNode
}) {
  const asked = (await cookies()).get(ZONE_COOKIE)?.value
  const zone = asked && isZone(decodeURIComponent(asked)) ? decodeURIComponent(asked) : 'UTC'
  return (
    <ViewerClock now={new Date().toISOString()} zone={zone}>
      <ShellProvider viewer={viewer} systems={systems}>
        <a className="skip" href="#main">
          Skip to content
        </a>
        <div className="app">
          <nav className="rail" aria-label="Main">
            <Link className="brand" href={routes.inbox()}>
              <BrandMark />
              <span className="lbl">Countersign</span>
            </Link>
            <NavLinks entries={NAV} counts={counts} />
            <div className="sect">
              <Link href={routes.systems()}>Systems</Link>
            </div>
            <SystemLinks systems={systems} />
            <div className="foot">
              {NAV_PINNED.length > 0 ? <NavLinks entries={NAV_PINNED} counts={counts} /> : null}
              {auditLine ? <AuditState line={auditLine} /> : null}
              <div className="me">
                <Link href={routes.profile()}>
                  <Avatar name={viewer.name} short={viewer.initials} large />
                  <span className="lbl min-w-0">
                    <b className="b">{viewer.name}</b>
                    <br />
                    <span className="c3 t-2xs">{viewer.roleTitle}</span>
                  </span>
                </Link>
                <ThemeSwitch />
              </div>
            </div>
          </nav>
          <div className="col">
            {banner}
            {children}
            <BuildFooter build={build} />
          </div>
          <PhoneTabs counts={counts} />
        </div>
      </ShellProvider>
    </ViewerClock>
  )
}

function AuditState({ line }: { line: AuditLine }) {
  return (
    <Link className="chain" href={line.href ?? routes.audit()}>
      <Status status={line.status} size={12}>
        {line.text}
      </Status>
      {line.detail ? <span className="mono num">{line.detail}</span> : null}
    </Link>
  )
}

/** Which build answers, at the foot of every page. */
export function BuildFooter({ build }: { build: BuildStamp }) {
  return (
    <footer className="build">
      <span>Countersign {build.version}</span>
      {build.gitSha ? <span className="mono">{formatSha(build.gitSha)}</span> : null}
      {build.buildDate ? <span>built {formatInstant(build.buildDate)}</span> : null}
      <Link className="link" href={routes.apiReference()}>
        API
      </Link>
    </footer>
  )
}
