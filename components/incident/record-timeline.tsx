import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import type { StatusKind } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Timeline } from '@/components/ui/timeline'
import type { AuditRow } from '@/lib/queries/audit'
import { routes } from '@/lib/routes'

/**
 * What happened, oldest first, each line an entry of the record (ux.md section 17: absolute times). The sentence says what happened, so its shape has
 * no word of its own: "You" or "Waiting" would be wrong beside what somebody else did long ago.
 */
export function RecordTimeline({
  rows,
  more,
  label,
  subject,
}: {
  rows: readonly AuditRow[]
  more: boolean
  label: string
  subject: string
}) {
  if (rows.length === 0) return <EmptyState>Nothing is on record yet that you may read.</EmptyState>
  return (
    <>
      <Timeline
        label={label}
        items={rows.map((row) => ({
          key: row.id,
          status: statusOf(row),
          word: row.outcome === 'refused' ? undefined : null,
          title: row.sentence,
          when: (
            <Link href={routes.auditEntry(row.id)} className="link">
              <Time at={row.at} />
            </Link>
          ),
        }))}
      />
      <p className="offpaper mt-2">
        <Link className="link t-xs" href={routes.audit({ subject })}>
          {more ? 'Older entries are in the audit trail' : 'See them in the audit trail'}
        </Link>
      </p>
    </>
  )
}

const STATUS: Partial<Record<string, StatusKind>> = {
  'incident.declared': 'warn',
  'incident.closed': 'pass',
  'fallback.opened': 'glass',
  'fallback.extended': 'glass',
  'fallback.approved': 'pass',
  'fallback.declined': 'denied',
  'fallback.withdrawn': 'denied',
  'fallback.returned': 'pass',
  'fallback.cleaned_up': 'pass',
  'fallback.reviewed': 'pass',
  'exception.filed': 'drift',
  'exception.approved': 'pass',
  'exception.declined': 'denied',
  'exception.took_effect': 'drift',
  'exception.extended': 'drift',
  'exception.withdrawn': 'denied',
  'exception.extension_withdrawn': 'denied',
  'exception.closed': 'pass',
  'finding.opened': 'open-drift',
  'finding.raised': 'open-drift',
  'finding.closed': 'pass',
  'finding.resolved': 'pass',
  'step_up.failed': 'fail',
  'rotation.completed': 'pass',
  'rotation.rolling_back': 'fail',
  'rotation.rolled_back': 'warn',
  'promotion.deployed': 'pass',
  'promotion.failed': 'fail',
}

function statusOf({ outcome, action }: AuditRow): StatusKind {
  if (outcome === 'refused') return 'denied'
  return STATUS[action] ?? 'waiting'
}
