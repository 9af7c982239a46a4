import { Words } from '@/components/policy/words'
import { AuditForm } from '@/components/secrets/key-forms'
import { profileRef } from '@/components/system/profile-ref'
import { DenyLine } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { BulletBar } from '@/components/ui/plots'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import { formatAge, formatLimit, listWords } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { RotationDetail } from '@/lib/queries/rotation'
import { CancelForm, CompleteForm, ConfirmForm, FinishRollbackForm, PlanForm, PostmortemForm, RollBackForm, StartForm } from './act-forms'
import { KEY_STATUS } from './rotation-words'

/** The acts of a rotation as the page hands them in. */
export type RotationActions = Record<
  'start' | 'step' | 'confirm' | 'complete' | 'cancel' | 'rollBack' | 'finishRollback' | 'postmortem' | 'changePlan',
  FormAction
>

type Part = { detail: RotationDetail }

/** The audit of a rotation that is over, by somebody of SecOps who had no hand in it; who had one reads why they do not. */
export function Audit({ detail, action }: Part & { action: FormAction }) {
  const { facts, whyNot } = detail
  const of = { system: facts.system.id, of: { rotation: facts.id }, every: null }
  if (whyNot.audit === null)
    return (
      <div className="mt-5">
        <Disclosure summary={`Audit ${facts.id}`} button>
          <AuditForm action={action} {...of} whyNot={null} />
        </Disclosure>
      </div>
    )
  return whyNot.audit.code === 'separation_of_duties' ? (
    <div className="mt-5">
      <AuditForm action={action} {...of} whyNot={whyNot.audit} />
    </div>
  ) : null
}

/** What the viewer may do now, in the order in which it comes; each denied act says why. */
export function Acts({ detail, actions }: Part & { actions: RotationActions }) {
  const { facts, whyNot, starters, isReadOnly, owners, phase } = detail
  const rotation = facts.id
  if (isReadOnly) {
    if (phase === 'completed' || phase === 'cancelled') return null
    return facts.status === 'planned' && phase !== 'approved' ? null : (
      <div className="mt-5">
        <DenyLine>
          Read only.{' '}
          {listWords(
            owners.map(({ title }) => title),
            'and',
          )}{' '}
          can move this.
        </DenyLine>
      </div>
    )
  }
  const confirmers = owners.filter(({ confirms, mine }) => confirms && (mine || owners.every((each) => !each.mine)))
  const parts = {
    planned: (
      <>
        {phase === 'approved' || starters.length > 0 ? (
          <StartForm action={actions.start} rotation={rotation} whyNot={whyNot.start} owners={starters} />
        ) : null}
        <PlanForm
          action={actions.changePlan}
          rotation={rotation}
          whyNot={whyNot.changePlan}
          variants={variantsOf(detail)}
          current={{
            variant: facts.variant,
            windowStartsAt: inputTime(facts.window?.startsAt),
            windowEndsAt: inputTime(facts.window?.endsAt),
          }}
          approved={phase === 'approved'}
        />
        <CancelForm action={actions.cancel} rotation={rotation} whyNot={whyNot.cancel} />
      </>
    ),
    in_progress: null,
    verifying: (
      <>
        {confirmers.map((owner) => (
          <ConfirmForm
            key={owner.id}
            action={actions.confirm}
            rotation={rotation}
            owner={{ id: owner.id, title: owner.title }}
            whyNot={owner.whyNotConfirm}
          />
        ))}
        <CompleteForm action={actions.complete} rotation={rotation} whyNot={whyNot.complete} retired={retiredWords(detail)} />
      </>
    ),
    rolling_back: (
      <FinishRollbackForm
        action={actions.finishRollback}
        rotation={rotation}
        whyNot={whyNot.finishRollback}
        restored={restoredWords(detail)}
        owed={facts.plan.onFailure.text}
      />
    ),
    rolled_back:
      facts.postmortem === null ? <PostmortemForm action={actions.postmortem} rotation={rotation} whyNot={whyNot.postmortem} /> : null,
    completed: null,
    cancelled: null,
  }[facts.status]
  if (!parts) return null
  return <div className="mt-5 grid gap-3">{parts}</div>
}

/** "k6 is retired". */
const retiredWords = ({ retiring }: Pick<RotationDetail, 'retiring'>): string =>
  retiring ? `${retiring} ${retiring.includes(' and ') ? 'are' : 'is'} retired` : 'the old key is retired'

/** "k7 and k6 are in place again". */
export function restoredWords({ shift }: Pick<RotationDetail, 'shift'>): string {
  const ids = shift.now.flatMap(({ keyId }) => keyId ?? [])
  return ids.length === 0 ? 'the old keys are in place again' : `${listWords(ids)} ${ids.length === 1 ? 'is' : 'are'} in place again`
}

/** The ways the runbook offers here, refused ones left out. */
export function variantsOf({ facts }: Pick<RotationDetail, 'facts'>): { id: string; title: string }[] {
  const offered = facts.plan.steps
    .filter(({ variants }) => variants.filter(({ refused }) => refused === null).length > 1)
    .flatMap(({ variants }) => variants.filter(({ refused }) => refused === null))
  return [...new Map(offered.map(({ id, title }) => [id, { id, title: title.replaceAll('`', '') }])).values()]
}

const inputTime = (at: Date | undefined): string => at?.toISOString().slice(0, 16) ?? ''

/** How old the same keys are on every profile, as bullet bars (000.18). */
export function Ages({ detail }: Part) {
  const { ages, standing, facts } = detail
  if (ages.length === 0) return null
  const limit = standing?.limitMs ?? ages.find(({ standing: each }) => each.limitMs !== null)?.standing.limitMs ?? null
  const pair = facts.method === 'shift-pair' ? 'this key pair' : facts.members.length > 1 ? 'these keys' : 'this key'
  return (
    <div className="part">
      <h3 className="h3">
        Age of {pair}
        {limit === null ? '' : `, limit ${formatLimit(limit)}`}
      </h3>
      <div className="ages">
        {ages.map(({ standing: each }) => (
          <div key={each.ownership.id} className="contents">
            <span>
              <ProfileTag profile={profileRef(each.profile.id, each.profile.class)} />
            </span>
            {each.ageMs !== null && each.limitMs !== null ? (
              <BulletBar value={each.ageMs} limit={each.limitMs} />
            ) : (
              <span className="c3">{each.limitMs === null && each.ageMs !== null ? 'no limit' : ''}</span>
            )}
            <span className="num right">
              <Status status={KEY_STATUS[each.state]} plain={each.state === 'ok'}>
                {each.ageMs === null ? 'not on record' : formatAge(each.ageMs)}
              </Status>
            </span>
          </div>
        ))}
      </div>
    </div>
  )
}

/** The way back, always in sight (003.13), and what is held until the run closes (003.16). */
export function WayBack({ detail, actions }: Part & { actions: RotationActions }) {
  const { facts, steps, triggers, openIncidents, whyNot, isReadOnly } = detail
  const rollback = steps.filter(({ phase }) => phase === 'rollback')
  const held = facts.steps.filter(({ captures, record }) => captures !== null && record?.reference)
  const running = facts.status === 'in_progress' || facts.status === 'verifying'
  const over = ['completed', 'rolled_back', 'cancelled'].includes(facts.status)
  return (
    <div className="part">
      <h3 className="h3">If it fails</h3>
      {facts.plan.triggers.length > 0 ? (
        <p className="t-xs c3 mt-1">{facts.plan.triggers.map(({ text }) => text.replaceAll('`', '')).join(' ')}</p>
      ) : null}
      <ol className="rollback-list">
        {rollback.map((step) => (
          <li key={step.id}>
            <Words text={step.text} />
            {step.asks ? <span className="c3"> ({step.asks})</span> : null}
            {step.command ? <code className="c2 block">{step.command}</code> : null}
          </li>
        ))}
      </ol>
      {rollback.length === 0 ? <p className="c2 mt-2">The runbook names no steps for it.</p> : null}
      {held.map((step) => (
        <p key={step.id} className="t-2xs c3 mt-2.5">
          {step.captures}: {step.record?.reference}
          {over ? '' : '. Held until this run closes.'}
        </p>
      ))}
      {running && !isReadOnly && (whyNot.rollBack || !steps.some(({ isNow }) => isNow)) ? (
        <div className="mt-3">
          {whyNot.rollBack ? (
            <Button refusal={whyNot.rollBack}>Roll back</Button>
          ) : (
            <RollBackForm
              action={actions.rollBack}
              rotation={facts.id}
              whyNot={null}
              triggers={triggers}
              incidents={openIncidents}
              named={facts.incident?.closedAt === null ? facts.incident.id : null}
              summary="Roll back"
              restores={restoredWords(detail).replace(' again', '')}
            />
          )}
        </div>
      ) : null}
    </div>
  )
}
