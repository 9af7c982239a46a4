import { KeyValue } from '@/components/ui/key-value'
import { Heatmap } from '@/components/ui/plots'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { TRAIL_WEEKS } from '@/lib/domain/trail'
import { formatDate, formatDay, formatNumber, formatTimeUtc, plural } from '@/lib/format'
import type { TrailHead as Head } from '@/lib/queries/audit'
import { routes } from '@/lib/routes'
import type { AuditFilterInput } from '@/lib/schemas/audit'

/**
 * The head of the trail: how much there is, since when, what part of it the viewer reads, and entries per day. It says "written", not "intact":
 * nothing is called verified here before something verified it (ux.md section 12).
 */
export function TrailHead({ head, filter, systems, now }: { head: Head; filter: AuditFilterInput; systems: readonly string[]; now: Date }) {
  const busiest = head.days.reduce<Head['days'][number] | null>((most, day) => (most === null || day.count > most.count ? day : most), null)
  const said = busiest
    ? `Entries per day, last ${TRAIL_WEEKS} weeks. Busiest: ${formatDay(busiest.day, now)}, ${plural(busiest.count, 'entry', 'entries')}`
    : `Entries per day, last ${TRAIL_WEEKS} weeks: none`
  return (
    <div className="trailhead">
      <div>
        <h1 className="h1" id="h">
          Audit trail
        </h1>
        <p className="mt-1.5">
          {head.newestAt === null ? (
            <Status status="na" size={15} long>
              Nothing is written that you may read
            </Status>
          ) : (
            <Status status="waiting" size={15} long>
              {formatNumber(head.entries)} {head.entries === 1 ? 'entry' : 'entries'} in {TRAIL_WEEKS} weeks, the newest of{' '}
              {formatDate(head.newestAt) === formatDate(now)
                ? formatTimeUtc(head.newestAt)
                : `${formatDate(head.newestAt)}, ${formatTimeUtc(head.newestAt)}`}
            </Status>
          )}
        </p>
        <KeyValue
          className="mt-3"
          items={[
            { label: 'Oldest', value: head.oldestAt ? <Time at={head.oldestAt} /> : null },
            { label: 'You read', value: readWords(head, systems) },
            { label: 'Written', value: 'in the transaction of each change; only ever added to' },
          ]}
        />
      </div>
      <Heatmap
        label={said}
        days={head.days.map(({ day, count }) => ({ day, count, href: routes.audit({ ...filter, from: day, to: day }) }))}
        today={now}
        weeks={TRAIL_WEEKS}
      />
    </div>
  )
}

function readWords(head: Head, systems: readonly string[]): string {
  if (head.everything) return 'every system, people, tokens and sign-ins'
  return `${systems.join(', ')}; entries of people and sign-ins take a role for every system`
}
