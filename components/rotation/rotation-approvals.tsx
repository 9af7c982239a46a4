import { Signature } from 'lucide-react'
import { DenyLine } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { Link } from '@/components/ui/link'
import { SignatureLine } from '@/components/ui/signature'
import { Time } from '@/components/ui/time'
import { listWords } from '@/lib/format'
import type { ApprovalLine, RotationDetail } from '@/lib/queries/rotation'
import { routes } from '@/lib/routes'

type Part = { detail: RotationDetail }

/** Who approved the plan, or who could; what was struck when a plan was replaced or declined (000.19 to 000.21). */
export function Approvals({ detail }: Part) {
  const { facts, phase, approvals, versions } = detail
  const waiting = facts.status === 'planned' && phase !== 'approved'
  const standing = facts.sealed?.number
  return (
    <>
      <h2 className="h2">{waiting ? 'Approval' : facts.status === 'cancelled' ? 'Approval, not used' : 'Approved to run'}</h2>
      {approvals.map((slot) => (
        <Approval key={slot.key} slot={slot} detail={detail} />
      ))}
      {versions
        .filter(({ number }) => number !== standing)
        .flatMap((version) =>
          version.signOffs.map((signOff) => (
            <p key={signOff.id} className="t-2xs c3 mt-1.5 px-0.5">
              {signOff.decision === 'decline' ? (
                <>
                  {signOff.name} declined version {version.number} as {signOff.capacity}, <Time at={signOff.at} show="today" />
                  {signOff.reason ? `: ${signOff.reason}` : ''}
                </>
              ) : (
                <del>
                  {signOff.name} approved version {version.number}
                </del>
              )}
            </p>
          )),
        )}
      <Decide detail={detail} />
    </>
  )
}

function Approval({ slot, detail }: { slot: ApprovalLine; detail: RotationDetail }) {
  const { facts } = detail
  const yours = slot.whyNotApprove === null
  if (slot.signed && facts.sealed)
    return (
      <SignatureLine
        capacity={slot.title}
        state={facts.status === 'cancelled' ? 'struck' : 'signed'}
        name={slot.signed.name}
        hash={facts.sealed.hash}
        under={
          <Link className="link" href={routes.signature(slot.signed.id)}>
            <Time at={slot.signed.at} show="today" />
            {slot.signed.mine ? ', you' : ''}
          </Link>
        }
      />
    )
  const over = facts.status !== 'planned'
  return (
    <SignatureLine
      capacity={slot.title}
      state={yours ? 'you' : 'open'}
      aside={yours ? undefined : over ? 'not approved' : facts.sealed ? undefined : 'no plan stands'}
      under={over || !facts.sealed ? undefined : whoWords(slot.who)}
    />
  )
}

const whoWords = (who: readonly string[]): string =>
  who.length === 0 ? 'nobody can, ask an admin' : who.length > 2 ? `${who[0]}, or ${who.length - 1} others` : listWords(who, 'or')

/** Approve or decline, on a page of its own; the same rule says why not. */
function Decide({ detail }: Part) {
  const { facts, approvals, isReadOnly } = detail
  if (facts.status !== 'planned' || !facts.sealed) return null
  const open = approvals.filter(({ signed }) => signed === null)
  if (open.length === 0) return null
  const could = open.flatMap(({ who }) => who)
  if (isReadOnly)
    return (
      <div className="mt-4">
        <DenyLine>
          Read only.{' '}
          {could.length === 0 ? 'Nobody can approve this; an admin grants roles.' : `${whoWords([...new Set(could)])} can approve this.`}
        </DenyLine>
      </div>
    )
  const slot = open.find(({ whyNotApprove }) => whyNotApprove === null) ?? open[0]
  if (!slot) return null
  const query = { slot: slot.key, version: facts.sealed.number }
  return (
    <div className="mt-4 grid gap-2">
      <LinkButton
        href={routes.rotationApprove(facts.id, { slot: slot.key })}
        variant="primary"
        size="lg"
        full
        refusal={slot.whyNotApprove}
        icon={<Signature size={18} aria-hidden="true" />}
      >
        Approve as {slot.title}
      </LinkButton>
      {slot.whyNotApprove ? null : (
        <LinkButton href={routes.rotationDecline(facts.id, query)} full refusal={slot.whyNotDecline}>
          Decline the plan
        </LinkButton>
      )}
    </div>
  )
}
