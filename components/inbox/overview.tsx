import { EstateMatrix } from '@/components/system/estate-matrix'
import { Link } from '@/components/ui/link'
import { BarPlot, BulletBar, Freshness, LeadTimePlot, StripPlot } from '@/components/ui/plots'
import { SubHead } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { formatNumber, plural } from '@/lib/format'
import type { InboxPage, Upcoming } from '@/lib/queries/inbox'

import { routes } from '@/lib/routes'
import { hrefOf as hrefOfItem } from './inbox-words'

const hours = (value: number) => formatNumber(Math.round(value * 10) / 10)

/** The right column: where everything stands, what comes, and one trend; which trend depends on the role (ux.md, Inbox). */
export function InboxOverview({ page, now }: { page: InboxPage; now: Date }) {
  return (
    <aside aria-label="Overview" className="not-phone min-w-0">
      <div className="row between mt-2 mb-3">
        <h2 className="h2">Where everything stands</h2>
        <Link className="link t-xs" href={routes.systems()}>
          Open matrix
        </Link>
      </div>
      <EstateMatrix estate={page.estate} />
      <SubHead title="Next seven days" aside="UTC" className="mt-7 mb-2" />
      <StripPlot
        now={now}
        label={
          page.upcoming.length === 0
            ? 'Nothing is due in the next seven days'
            : `${plural(page.upcoming.length, 'thing is', 'things are')} dated in the next seven days; the first is: ${page.upcoming[0]?.text}`
        }
        events={page.upcoming.map((event) => ({
          key: event.key,
          at: event.at,
          status: event.state,
          text: shorten(event.text),
          href: hrefOf(event),
        }))}
      />
      <Trend page={page} now={now} />
    </aside>
  )
}

const days = (ms: number | null) => Math.floor((ms ?? 0) / 86_400_000)

const shorten = (text: string) => (text.length > 44 ? `${text.slice(0, 42)}…` : text)

function hrefOf(event: Upcoming): string | undefined {
  if (event.item?.about) return hrefOfItem(event.item)
  if (event.rotation) return routes.rotation(event.rotation)
  if (event.exception) return routes.exception(event.exception)
  if (event.promotion) return routes.promotion(event.promotion)
  return event.deployment ? routes.deployment(event.deployment) : undefined
}

function Trend({ page, now }: { page: InboxPage; now: Date }) {
  if (page.ages && page.ages.length > 0) {
    return (
      <section aria-labelledby="ages">
        <div className="row between mt-7 mb-2">
          <h2 className="h2" id="ages">
            Age of keys against their limit
          </h2>
          <Link className="link t-xs" href={routes.secrets()}>
            Open secrets
          </Link>
        </div>
        <ul className="grid gap-2.5">
          {page.ages.map(({ system, systemName, profile, title, ownership, ageMs, limitMs }) => (
            <li key={`${system} ${ownership.id}`} className="t-xs grid grid-cols-[minmax(0,1fr)_160px_58px] items-center gap-x-3">
              <Link href={routes.systemEnv(system, { profile: profile.id })} className="min-w-0">
                <span className="trunc block">
                  {systemName} {profile.id}
                </span>
                <span className="t-2xs c3 trunc block">{title}</span>
              </Link>
              <BulletBar value={days(ageMs)} limit={days(limitMs)} />
              <span className="num right nowrap">{plural(days(ageMs), 'day')}</span>
            </li>
          ))}
        </ul>
      </section>
    )
  }
  if (page.expiries && page.expiries.length > 0) {
    return (
      <section aria-labelledby="own">
        <h2 className="h2 mt-7 mb-2" id="own">
          How long your evidence holds
        </h2>
        <ul className="grid grid-cols-1 gap-2.5">
          {page.expiries.map((expiry) => (
            <li key={expiry.key} className="row between t-xs gap-3">
              <Link href={routes.promotion(expiry.promotion)} className="min-w-0">
                {expiry.text}
              </Link>
              <Freshness used={usedOf(expiry, now)}>
                until <Time at={expiry.freshUntil} show="today" />
              </Freshness>
            </li>
          ))}
        </ul>
      </section>
    )
  }
  if (page.leadTimes && page.leadTimes.length > 0) {
    const slowest = [...page.leadTimes].sort((a, b) => b.medianHours - a.medianHours)[0]
    return (
      <>
        <SubHead title="Where time goes, gate by gate" aside="last 90 days, to production" className="mt-7 mb-2" />
        <LeadTimePlot label={`Slowest in the middle: ${slowest?.name}, ${hours(slowest?.medianHours ?? 0)} hours`} rows={page.leadTimes} />
      </>
    )
  }
  if (page.signingTimes.length === 0) return null
  const latest = page.signingTimes.at(-1)
  return (
    <>
      <SubHead
        title="Time from ready to signed, production"
        aside={`last ${plural(page.signingTimes.length, 'promotion')}`}
        className="mt-7 mb-2"
      />
      <BarPlot
        label={`Hours from the seal to the last signature, of the last ${page.signingTimes.length} promotions to production; the latest took ${hours(latest?.hours ?? 0)}`}
        bars={page.signingTimes.map(({ promotion, name, hours: value }) => ({ key: promotion, name, value }))}
      />
    </>
  )
}

function usedOf({ seenAt, freshUntil }: { seenAt: Date; freshUntil: Date }, now: Date): number {
  const whole = freshUntil.getTime() - seenAt.getTime()
  return Math.min(1, Math.max(0, (now.getTime() - seenAt.getTime()) / whole))
}
