import { Words } from '@/components/policy/words'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { openDrift } from '@/lib/domain/promotion-drift'
import { plural } from '@/lib/format'
import type { PromotionDossier } from '@/lib/queries/promotion-dossier'
import { routes } from '@/lib/routes'
import { isOver } from './dossier-words'

/**
 * What really runs on source and target and is not what the policy says: open findings that no exception covers, each in a line of its own (ux.md section
 * 7). It is live, so it says what came since the seal and what has closed since.
 */
export function LiveDrift({ d }: { d: Pick<PromotionDossier, 'phase' | 'findings' | 'dossier' | 'sealed' | 'holds' | 'system'> }) {
  if (isOver(d)) return null
  const open = openDrift(d.findings)
  const sealed = d.sealed ? (d.dossier.drift ?? []) : []
  const closed = sealed.filter(({ id }) => !d.findings.some((finding) => finding.id === id))
  const notes = d.findings.filter(({ severity, exception }) => severity === 'note' && exception === null).length
  if (open.length === 0 && closed.length === 0 && notes === 0) return null
  const holds = (id: string) => d.holds.some(({ subject }) => subject === id)
  return (
    <div id="drift" className="scroll-mt-16 pt-4">
      <h3 className="h3">Live drift</h3>
      <ul className="mt-1">
        {open.map((finding) => (
          <li key={finding.id} className="border-line grid gap-1 border-b py-2">
            <Status status={finding.severity === 'block' ? 'open-drift' : 'warn'} long plain>
              <span className="c1">
                {finding.profile ? `${finding.profile}: ` : ''}
                <Words text={finding.sentence} />{' '}
                <Link className="link" href={routes.finding(finding.id)}>
                  {finding.id}
                </Link>
              </span>
            </Status>
            <span className="t-xs c3 pl-5">
              open since <Time at={finding.openedAt} />
              {holds(finding.id) ? <span className="fail">, holds this promotion</span> : null}
              {finding.filed ? (
                <>
                  ,{' '}
                  <Link className="link" href={routes.exception(finding.filed)}>
                    {finding.filed}
                  </Link>{' '}
                  waits for approval
                </>
              ) : null}
              {d.sealed && !sealed.some(({ id }) => id === finding.id) ? ', found since the seal' : null}
            </span>
          </li>
        ))}
        {closed.map((finding) => (
          <li key={finding.id} className="border-line border-b py-2">
            <Status status="pass" long plain>
              <span className="c2">
                {finding.profile ? `${finding.profile}: ` : ''}
                <Words text={finding.sentence} /> {finding.id}, closed since the seal
              </span>
            </Status>
          </li>
        ))}
      </ul>
      {notes > 0 ? (
        <p className="t-xs c3 pt-2">
          And {plural(notes, 'note')}, which the{' '}
          <Link className="link" href={routes.findings({ system: d.system.id })}>
            findings
          </Link>{' '}
          list.
        </p>
      ) : null}
    </div>
  )
}
