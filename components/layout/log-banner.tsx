import clsx from 'clsx'
import { Link } from '@/components/ui/link'
import { StatusGlyph } from '@/components/ui/status'
import type { LogAlarm } from '@/lib/queries/log-status'
import { routes } from '@/lib/routes'

/**
 * The strip over every page while the log of the record is broken, refuses to sign, stands still or lags (audit-log.md, 8; T13, T14). Entries that do
 * not match are announced at once, everything else is read when it is reached (ux.md section 19).
 */
export function LogBanner({ alarm }: { alarm: LogAlarm | null }) {
  if (!alarm) return null
  const isGrave = alarm.kind === 'broken' || alarm.kind === 'refusing'
  return (
    <section
      className={clsx('glassbar', isGrave ? 'fail' : 'warn')}
      aria-label="Audit log"
      role={alarm.kind === 'broken' ? 'alert' : undefined}
    >
      <StatusGlyph status={isGrave ? 'fail' : 'warn'} size={16} />
      <span className="grow">
        <b>{alarm.text}</b> {alarm.more}
      </span>
      <Link className="link" href={routes.audit()}>
        How it stands
      </Link>
    </section>
  )
}
