'use client'

import { Actor } from '@/components/ui/actor'
import { useViewerClock } from '@/components/ui/clock-context'
import { Chip } from '@/components/ui/status'
import { DAY, formatDay, formatTime, formatTimeUtc } from '@/lib/format'
import type { RuleOffer, TierOffer } from '@/lib/queries/exception-new'
import { SHOWN_AS } from './exception-words'

const SHOWN = 3

/** What happens by filing: what the rule shows from then on, who learns of it or signs, when the owner is reminded, and what running over does. */
export function FilingDoes({
  rule,
  tier,
  end,
  owner,
  isMine,
  tells,
}: {
  rule: RuleOffer | undefined
  tier: TierOffer | null
  end: Date | null
  owner: string
  isMine: boolean
  tells: readonly string[]
}) {
  const { now } = useViewerClock()
  const isAhead = end !== null && (now === null || end.getTime() > now)
  const signs = (tier?.slots.length ?? 0) > 0
  return (
    <>
      <h2 className="h2 mt-[26px]">What filing does</h2>
      <table className="delta exc-does mt-1">
        <caption className="sr">What filing this exception does</caption>
        <tbody>
          <tr>
            <td>{rule ? SHOWN_AS[rule.kind] : 'Rule'}</td>
            <td className="num">
              <Shows rule={rule} tier={tier} end={isAhead ? end : null} />
            </td>
          </tr>
          {signs ? (
            tier?.slots.map(({ title, who }) => (
              <tr key={title}>
                <td>Asks</td>
                <td>
                  {title}:{' '}
                  {who.length === 0 ? <span className="c3">nobody can sign it yet, an admin grants roles</span> : <People names={who} />}
                </td>
              </tr>
            ))
          ) : (
            <tr>
              <td>Shown to</td>
              <td>{tells.length === 0 ? <span className="c3">nobody else holds a role here</span> : <People names={tells} />}</td>
            </tr>
          )}
          <tr>
            <td>{isMine ? 'Reminds you' : 'Reminds'}</td>
            <td className="num">
              {isMine ? '' : `${owner}, `}
              in the inbox{isAhead && end ? reminder(end, now) : ', from a day before its end'}
            </td>
          </tr>
          <tr>
            <td>If it runs over</td>
            <td>Turns red, blocks the next promotion to {rule ? <code>{rule.profile}</code> : 'its profile'}</td>
          </tr>
        </tbody>
      </table>
    </>
  )
}

function Shows({ rule, tier, end }: { rule: RuleOffer | undefined; tier: TierOffer | null; end: Date | null }) {
  if (!rule) return <Chip status="waiting">Choose what deviates</Chip>
  if (!tier || !end) return <Chip status="waiting">Waits for an end to come</Chip>
  if (tier.slots.length > 0)
    return (
      <>
        <Chip status="open-drift">Drift, open until it is signed</Chip>
        <span className="block pt-1">
          then covered until {formatDay(end)} {formatTimeUtc(end)}
        </span>
      </>
    )
  if (rule.needsSignature) return <Chip status="open-drift">Recorded, but covers nothing without a signature</Chip>
  return (
    <Chip status="drift">
      Drift, covered until {formatDay(end).split(' ')[0]} {formatTime(end)}
    </Chip>
  )
}

function People({ names }: { names: readonly string[] }) {
  const more = names.length - SHOWN
  return (
    <span className="row wrap gap-x-3 gap-y-1">
      {names.slice(0, SHOWN).map((name) => (
        <Actor key={name} name={name} />
      ))}
      {more > 0 ? <span className="c3">and {more} more</span> : null}
    </span>
  )
}

/** ", from Fri 14:05 UTC": a day before the end, or at once where that has come. */
function reminder(end: Date, now: number | null): string {
  const at = new Date(end.getTime() - DAY)
  if (now === null) return ', from a day before its end'
  return at.getTime() <= now ? ', from now on until it is closed' : `, from ${formatDay(at)} ${formatTimeUtc(at)}`
}
