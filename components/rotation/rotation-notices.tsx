import { Banner } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { Time } from '@/components/ui/time'
import type { RotationDetail } from '@/lib/queries/rotation'
import { routes } from '@/lib/routes'

/** What is out of the ordinary with a rotation, above everything else: on its way back, rolled back, declined, cancelled, contradicted by fingerprints. */
export function RotationNotices({ detail }: { detail: RotationDetail }) {
  const { facts, against, versions } = detail
  const incident = facts.incident ? (
    <Link className="link" href={routes.incident(facts.incident.id)}>
      {facts.incident.id}
    </Link>
  ) : null
  const declined = versions.find(({ endedBy }) => endedBy === 'declined')?.signOffs.find(({ decision }) => decision === 'decline')
  return (
    <div className="notices">
      {facts.status === 'rolling_back' ? (
        <Banner status="fail" title="Half done and on its way back. " live="polite">
          {facts.trigger ? `${facts.trigger.text.replaceAll('`', '')} ` : ''}
          {facts.endReason ? `${sentence(facts.endReason)} ` : ''}
          {incident ? <>It stands under incident {incident}. </> : null}
          {detail.steps.some(({ isNow }) => isNow)
            ? 'The steps of the rollback come first.'
            : 'Its steps are done; whoever runs it ends it.'}
        </Banner>
      ) : null}
      {against.length > 0 ? (
        <Banner status="fail" title="The fingerprints that were reported contradict this rotation. " live="polite">
          {against.map(({ sentence: words }) => words).join(' ')} It cannot be completed like this.
        </Banner>
      ) : null}
      {facts.status === 'rolled_back' ? (
        <Banner status={facts.postmortem ? 'drift' : 'fail'} title="Rolled back. ">
          {facts.trigger ? `${facts.trigger.text.replaceAll('`', '')} ` : ''}
          {facts.endReason ? `${sentence(facts.endReason)} ` : ''}
          {incident ? <>Incident {incident}. </> : null}
          {facts.postmortem ? <>Postmortem: {facts.postmortem}</> : 'It owes its postmortem; until then the incident stays open.'}
        </Banner>
      ) : null}
      {facts.status === 'cancelled' ? (
        <Banner status="na" title="Cancelled. ">
          {facts.endReason ? `${sentence(facts.endReason)} ` : ''}Nothing of the keys was changed. Everything of it stays readable.
        </Banner>
      ) : null}
      {facts.status === 'planned' && facts.sealed === null ? (
        <Banner status="fail" title={declined ? `${declined.name} declined the plan. ` : 'No plan stands. '}>
          {declined?.reason ? `${sentence(declined.reason)} ` : ''}Change the plan to have it approved; the same plan can be sealed again.
        </Banner>
      ) : null}
      {facts.status === 'completed' ? (
        <Banner status="pass" title="Completed. ">
          {facts.performer ? `${facts.performer.name} ran it` : 'It ran'}
          {facts.confirmations.length > 0 ? `, ${facts.confirmations.map(({ by }) => by.name).join(' and ')} confirmed it` : ''}
          {facts.endedAt ? (
            <>
              , <Time at={facts.endedAt} />
            </>
          ) : null}
          .
        </Banner>
      ) : null}
    </div>
  )
}

const sentence = (text: string): string => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`)
