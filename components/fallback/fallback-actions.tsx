import type { StepUpAction } from '@/components/ceremony/decision'
import { Button, DeniedButton, LinkButton } from '@/components/ui/button'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { SignatureLine } from '@/components/ui/signature'
import { Time } from '@/components/ui/time'
import { OWN_REQUEST_SLOT } from '@/lib/domain/fallback'
import { listWords } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { FallbackDetail } from '@/lib/queries/fallback'
import { routes } from '@/lib/routes'
import { OpenAloneForm } from './open-alone-form'
import { CleanUpForm, CloseNowForm, ExtendForm, ReviewForm, WithdrawForm } from './use-forms'

export type UseActions = {
  stepUp: StepUpAction
  open: FormAction
  withdraw: FormAction
  closeNow: FormAction
  extend: FormAction
  cleanUp: FormAction
  review: FormAction
}

/** What can be done now, by whom: one thing at each phase, and every other one with the reason that stands in the way. */
export function FallbackActions({ detail, actions }: { detail: FallbackDetail; actions: UseActions }) {
  const { facts, phase, whyNot } = detail
  const common = { fallback: facts.id }
  switch (phase) {
    case 'requested':
      return (
        <>
          <h2 className="h2">{detail.lapsed ? 'It lapsed' : 'Who grants it'}</h2>
          {detail.lapsed ? <p className="c2 mt-2">{detail.lapsed}</p> : <Slots detail={detail} />}
          {facts.rule.fallback.ownRequestGrantsDuringIncident && !detail.lapsed ? (
            <div className="offpaper mt-6">
              <h3 className="h3 mb-2">Open it alone</h3>
              {whyNot.openAlone || !facts.sealed ? (
                <DeniedButton refusal={whyNot.openAlone ?? { sentence: 'Nothing is sealed.' }} full>
                  Break glass now
                </DeniedButton>
              ) : (
                <OpenAloneForm
                  fallback={facts.id}
                  sealedHash={facts.sealed.hash}
                  slot={OWN_REQUEST_SLOT}
                  stepUp={actions.stepUp}
                  open={actions.open}
                  here={routes.fallback(facts.id)}
                />
              )}
            </div>
          ) : null}
          <div className="offpaper mt-6">
            <WithdrawForm {...common} action={actions.withdraw} whyNot={whyNot.withdraw} />
          </div>
        </>
      )
    case 'open':
      return (
        <>
          <section aria-label="Actions" className="pbar alarm offpaper">
            <CloseNowForm {...common} action={actions.closeNow} whyNot={whyNot.close} />
          </section>
          {detail.isExtensionAsked ? (
            <div className="mt-6">
              <h2 className="h2">More time is asked for</h2>
              <p className="c2 mt-1">
                Until <Time at={facts.sealed?.text.until ?? facts.askedUntil} show="today" local />, by {facts.sealed?.requester.name}. A
                second person grants it.
              </p>
              <Slots detail={detail} />
            </div>
          ) : (
            <div className="offpaper mt-6">
              <ExtendForm {...common} action={actions.extend} whyNot={whyNot.extend} lengths={detail.lengths} />
              {whyNot.extend ? null : (
                <p className="c3 t-xs mt-2">Needs a second person: {listWords(facts.rule.fallback.slots.map(({ title }) => title))}.</p>
              )}
            </div>
          )}
        </>
      )
    case 'ended':
      return (
        <>
          <h2 className="h2 mb-3">Clean up</h2>
          <p className="c2 mb-4">{facts.rule.fallback.cleanUp.text}</p>
          <div className="offpaper">
            <CleanUpForm
              {...common}
              action={actions.cleanUp}
              whyNot={whyNot.cleanUp}
              evidence={facts.rule.fallback.cleanUp.evidence}
              isFile={facts.rule.kind === 'secret_file'}
            />
          </div>
        </>
      )
    case 'cleaned_up':
      return detail.needsReview ? (
        <>
          <h2 className="h2 mb-3">Review</h2>
          <p className="c2 mb-4">By somebody who neither asked for it, granted it nor cleaned up.</p>
          <div className="offpaper">
            <ReviewForm {...common} action={actions.review} whyNot={whyNot.review} />
          </div>
        </>
      ) : (
        <p className="c2">Cleaned up. The rule asks for no review.</p>
      )
    case 'reviewed':
      return <p className="c2">Nothing is left to do here{detail.debts.length > 0 ? ', besides what is unpaid' : ''}.</p>
    case 'refused':
    case 'withdrawn':
      return (
        <>
          <p className="c2 mb-4">Nothing was ever open. It can be asked for again.</p>
          <LinkButton href={routes.breakGlass({ system: facts.system.id, rule: facts.rule.id })}>Ask again</LinkButton>
        </>
      )
    default:
      return phase satisfies never
  }
}

function Slots({ detail }: { detail: FallbackDetail }) {
  const { facts, slots } = detail
  const version = facts.sealed?.number
  return (
    <div className="sign mb-4">
      {slots.map((slot) => {
        const mine = slot.whyNotGrant === null
        return (
          <div key={slot.key}>
            <SignatureLine
              capacity={slot.title}
              state={slot.signed ? 'signed' : mine ? 'you' : 'open'}
              name={slot.signed?.name}
              aside={mine ? 'You grant here' : slot.signed ? undefined : slot.who.length > 0 ? listWords(slot.who, 'or') : 'nobody can'}
            />
            {slot.signed ? null : (
              <div className="offpaper mt-3 grid gap-2">
                {mine ? (
                  <>
                    <LinkButton href={routes.fallbackGrant(facts.id, { slot: slot.key, version })} variant="primary" size="lg" full>
                      Grant as {slot.title}
                    </LinkButton>
                    <LinkButton href={routes.fallbackRefuse(facts.id, { slot: slot.key, version })} full>
                      Refuse as {slot.title}
                    </LinkButton>
                  </>
                ) : (
                  <Button refusal={slot.whyNotGrant} full>
                    Grant as {slot.title}
                  </Button>
                )}
              </div>
            )}
          </div>
        )
      })}
      {slots.length === 0 ? <p className="c2">The policy names nobody.</p> : null}
    </div>
  )
}

/** Who, when and under which rule, as they stand. */
export function FallbackFactsList({ detail }: { detail: FallbackDetail }) {
  const { facts, end } = detail
  return (
    <KeyValue
      items={[
        {
          label: 'System',
          value: (
            <Link className="link" href={routes.system(facts.system.id)}>
              {facts.system.name}
            </Link>
          ),
        },
        {
          label: 'Incident',
          value: facts.incident ? (
            <Link className="link" href={routes.incident(facts.incident.id)}>
              {facts.incident.id}
            </Link>
          ) : (
            'none'
          ),
        },
        { label: 'Ticket', value: facts.ticket ?? 'none' },
        { label: 'Asked by', value: facts.askedBy.name },
        { label: 'Asked', value: <Time at={facts.askedAt} local /> },
        { label: 'Asked until', value: facts.grantedAt ? null : <Time at={facts.askedUntil} local /> },
        {
          label: 'Granted by',
          value: facts.grantedAt
            ? facts.ownRequest
              ? `${facts.askedBy.name}, on their own request`
              : listWords([...new Set(facts.granters.map(({ name }) => name))]) || 'the rule'
            : null,
        },
        { label: 'Opened', value: facts.grantedAt ? <Time at={facts.grantedAt} local /> : null },
        { label: end ? 'Ended' : 'Until', value: facts.expiresAt ? <Time at={end?.at ?? facts.expiresAt} local /> : null },
        { label: 'Ended by', value: end ? (end.how === 'expired' ? 'its time' : facts.returnedBy?.name) : null },
        { label: 'Extended', value: facts.extensions > 0 ? 'once' : null },
        { label: 'Policy', value: `version ${facts.policy.number}` },
      ]}
    />
  )
}
