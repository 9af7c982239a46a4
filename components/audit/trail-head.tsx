import { Download } from 'lucide-react'
import type { ReactNode } from 'react'
import { LinkButton } from '@/components/ui/button'
import { KeyValue, type KeyValueItem } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Heatmap } from '@/components/ui/plots'
import { Status } from '@/components/ui/status'
import { numbered, TRAIL_WEEKS } from '@/lib/domain/trail'
import { formatDate, formatDay, formatHash, formatNumber, formatTimeUtc, type Instant, plural } from '@/lib/format'
import type { TrailHead as Head } from '@/lib/queries/audit'
import { routes } from '@/lib/routes'
import type { AuditFilterInput } from '@/lib/schemas/audit'
import { VerifyAgain } from './verify-again'

/** The number of the first entry that a verification found changed; null where it found none. */
export const firstBadOf = ({ verified }: Pick<Head, 'verified'>): number | null =>
  verified?.outcome === 'damaged' && verified.firstBad !== null ? verified.firstBad + 1 : null

/** An instant as this head says it: the time alone on its own day. */
function saidAt(at: Instant, now: Instant): string {
  return formatDate(at) === formatDate(now) ? formatTimeUtc(at) : `${formatDate(at)}, ${formatTimeUtc(at)}`
}

/**
 * The head of the trail: what was verified and when, the newest entry and its root, what is held outside this server and what is not yet, and
 * entries per day. It says *verified* with a time, never a lasting badge, and counts what no anchor holds (ux.md section 12; T14).
 */
export function TrailHead({
  head,
  filter,
  systems,
  now,
  reads,
}: {
  head: Head
  filter: AuditFilterInput
  systems: readonly string[]
  now: Date
  /** Where somebody whose reads are on the record sees them. */
  reads?: ReactNode
}) {
  const bad = firstBadOf(head)
  return (
    <div className="trailhead">
      <div>
        <h1 className="h1" id="h">
          {bad === null ? 'Audit trail' : `Entry ${numbered(bad)} does not match`}
        </h1>
        <p className="mt-1.5">
          <Verified head={head} now={now} />
        </p>
        <KeyValue className="mt-3" items={factsOf(head, systems, now)} />
        <VerifyAgain size={head.log.size}>
          <LinkButton href={routes.auditExport({ ...filter })} icon={<Download size={15} aria-hidden="true" />}>
            Export with proof
          </LinkButton>
        </VerifyAgain>
        <p className="t-xs c2 mt-2">
          <Link className="link" href={routes.auditRoom()}>
            Auditor’s room
          </Link>
          : saved questions, every change of a period, who could sign what.{' '}
          <Link className="link" href={routes.auditProves()}>
            What this proves, and what it does not
          </Link>
          {reads}
        </p>
      </div>
      <Heatmap
        label={daysWords(head, now)}
        days={daysOf(head).map(({ day, count }) => ({
          day,
          count,
          href: routes.audit({ ...filter, from: day, to: day }),
          ...(head.glassDays.includes(day) ? { ring: `Break glass, ${formatDay(day, now)}` } : {}),
        }))}
        today={now}
        weeks={TRAIL_WEEKS}
      />
    </div>
  )
}

/** What the newest look at the whole record found, with its time. */
function Verified({ head: { log, verified, oldestAt }, now }: { head: Head; now: Date }) {
  if (oldestAt === null && log.size === 0)
    return (
      <Status status="na" size={15} long>
        Nothing is on the record that you may read
      </Status>
    )
  if (verified === null)
    return (
      <Status status="waiting" size={15} long>
        Nobody has verified the whole record yet
      </Status>
    )
  const at = saidAt(verified.at, now)
  const since = log.size - verified.size
  const more = since > 0 ? `; ${formatNumber(since)} since` : ''
  switch (verified.outcome) {
    case 'intact':
      return (
        <Status status="pass" size={15} long>
          Intact, {since > 0 ? '' : 'all '}
          {plural(verified.size, 'entry', 'entries')} verified at {at}
          {more}
        </Status>
      )
    case 'damaged':
      return (
        <Status status="fail" size={15} long>
          {verified.says} Found at {at}. Everything from there on is unproven. Tell SecOps; exports still work.
        </Status>
      )
    case 'unknown':
      return (
        <Status status="warn" size={15} long>
          It could not be told at {at} whether the record is intact: {verified.says}
        </Status>
      )
    default:
      return verified.outcome satisfies never
  }
}

function factsOf({ log, everything }: Head, systems: readonly string[], now: Date): KeyValueItem[] {
  const outside = Math.max(0, log.size - log.anchoredSize)
  const waiting = log.pending > 100_000 ? 'more than 100,000' : formatNumber(log.pending)
  return [
    {
      label: 'Head',
      value:
        log.root === null ? (
          'no checkpoint yet'
        ) : (
          <span className="mono" title={log.root}>
            {numbered(log.size)}
            {'  '}
            {formatHash(log.root, 3)}
          </span>
        ),
    },
    {
      label: 'Last anchor',
      value: log.anchoredAt === null ? 'none yet' : `${saidAt(log.anchoredAt, now)}, signed, held outside this database`,
    },
    {
      label: 'Not yet anchored',
      value: `${plural(outside, 'entry', 'entries')}${log.pending > 0 ? `, and ${waiting} that ${log.pending === 1 ? 'waits' : 'wait'} for a place in the log` : ''}`,
    },
    ...(everything ? [] : [{ label: 'You read', value: `${systems.join(', ')}; people and sign-ins take a role for every system` }]),
  ]
}

/** The days of the drawing, those with a broken glass among them even when the filter's count knows none. */
function daysOf({ days, glassDays }: Head): Head['days'] {
  const known = new Set(days.map(({ day }) => day))
  return [...days, ...glassDays.filter((day) => !known.has(day)).map((day) => ({ day, count: 0 }))]
}

function daysWords({ days, glassDays }: Head, now: Date): string {
  const busiest = days.reduce<Head['days'][number] | null>((most, day) => (most === null || day.count > most.count ? day : most), null)
  const glass = glassDays.length > 0 ? `. Glass was broken on ${plural(glassDays.length, 'day')}` : ''
  return busiest
    ? `Entries per day, last ${TRAIL_WEEKS} weeks. Busiest: ${formatDay(busiest.day, now)}, ${plural(busiest.count, 'entry', 'entries')}${glass}`
    : `Entries per day, last ${TRAIL_WEEKS} weeks: none`
}
