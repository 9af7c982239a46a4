import { Signature } from 'lucide-react'
import { DenyLine } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { Link } from '@/components/ui/link'
import { SignatureLine } from '@/components/ui/signature'
import { Time } from '@/components/ui/time'
import { listWords } from '@/lib/format'
import type { ExceptionDetail, ExceptionSlotLine } from '@/lib/queries/exception'
import { routes } from '@/lib/routes'
import { versionOf } from './exception-words'

type Part = { detail: ExceptionDetail }

/** Who signs what waits, who signed what holds, and what was declined or struck (domain.md, life cycles). */
export function ExceptionApprovals({ detail }: Part) {
  const { facts, slots, versions } = detail
  const live = slots.length > 0 ? facts.sealed?.number : undefined
  // Nothing waits: the signatures that let the end hold stand as signed.
  const holding = slots.length > 0 ? null : versionOf(facts.history.at(-1), versions)
  return (
    <>
      <h2 className="h2">{titleOf(detail)}</h2>
      {slots.map((slot) => (
        <Line key={slot.key} slot={slot} hash={facts.sealed?.hash} />
      ))}
      {holding?.signOffs
        .filter(({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null)
        .map((signOff) => (
          <SignatureLine
            key={signOff.id}
            capacity={signOff.capacity}
            state="signed"
            name={signOff.name}
            hash={holding.hash}
            under={
              <Link className="link" href={routes.signature(signOff.id)}>
                <Time at={signOff.at} show="today" />
              </Link>
            }
          />
        ))}
      {slots.length === 0 && facts.tier.slots.length === 0 && facts.approvedAt ? (
        <p className="c2 t-xs mt-1.5">
          {facts.tier.title}: the policy asks for no signature.{' '}
          {facts.covers ? 'It covers its rule.' : 'Such a one covers no gate and no binding rule.'}
        </p>
      ) : null}
      {versions
        .filter(({ number }) => number !== live && number !== holding?.number)
        .flatMap((version) =>
          version.signOffs.map((signOff) => (
            <p key={signOff.id} className="t-2xs c3 mt-1.5 px-0.5">
              <Link className="link" href={routes.signature(signOff.id)}>
                {signOff.name}
              </Link>{' '}
              {signOff.decision === 'decline' ? 'declined' : signOff.withdrawnAt ? 'took back the approval of' : 'approved'} version{' '}
              {version.number} as {signOff.capacity}, <Time at={signOff.at} show="today" />
              {signOff.reason ? `: ${signOff.reason}` : ''}
            </p>
          )),
        )}
      <Decide detail={detail} />
    </>
  )
}

function titleOf({ facts, slots, state }: ExceptionDetail): string {
  if (slots.length > 0) return facts.asked ? 'Approval of more time' : 'Approval'
  if (state === 'rejected') return 'Declined'
  if (state === 'withdrawn') return 'Withdrawn before it was decided'
  return facts.tier.slots.length === 0 ? 'Approved by filing' : 'Approved'
}

function Line({ slot, hash }: { slot: ExceptionSlotLine; hash: string | undefined }) {
  if (slot.signed)
    return (
      <SignatureLine
        capacity={slot.title}
        state="signed"
        name={slot.signed.name}
        hash={hash}
        under={
          <Link className="link" href={routes.signature(slot.signed.id)}>
            <Time at={slot.signed.at} show="today" />
            {slot.signed.mine ? ', you' : ''}
          </Link>
        }
      />
    )
  return <SignatureLine capacity={slot.title} state={slot.whyNotApprove === null ? 'you' : 'open'} under={whoWords(slot.who)} />
}

const whoWords = (who: readonly string[]): string =>
  who.length === 0 ? 'nobody can, ask an admin' : who.length > 2 ? `${who[0]}, or ${who.length - 1} others` : listWords(who, 'or')

/** Approve or decline, on a page of its own; the same rule says why not. */
function Decide({ detail }: Part) {
  const { facts, slots, isReadOnly } = detail
  const open = slots.filter(({ signed }) => signed === null)
  const slot = open.find(({ whyNotApprove }) => whyNotApprove === null) ?? open[0]
  if (!slot || !facts.sealed) return null
  if (isReadOnly) {
    const could = [...new Set(open.flatMap(({ who }) => who))]
    return (
      <div className="mt-4">
        <DenyLine>
          Read only. {could.length === 0 ? 'Nobody can approve this; an admin grants roles.' : `${whoWords(could)} can approve this.`}
        </DenyLine>
      </div>
    )
  }
  const canDecline = open.find(({ whyNotDecline }) => whyNotDecline === null)
  return (
    <div className="mt-4 grid gap-2">
      <LinkButton
        href={routes.exceptionApprove(facts.id, { slot: slot.key })}
        variant="primary"
        size="lg"
        full
        refusal={slot.whyNotApprove}
        icon={<Signature size={18} aria-hidden="true" />}
      >
        Approve as {slot.title}
      </LinkButton>
      {canDecline ? (
        <LinkButton href={routes.exceptionDecline(facts.id, { slot: canDecline.key, version: facts.sealed.number })} full>
          Decline {facts.asked ? 'the extension' : facts.id}
        </LinkButton>
      ) : null}
    </div>
  )
}
