import { Signature } from 'lucide-react'
import { Words } from '@/components/policy/words'
import { AuditForm } from '@/components/secrets/key-forms'
import { profileRef } from '@/components/system/profile-ref'
import { Actor, Avatar } from '@/components/ui/actor'
import { DenyLine } from '@/components/ui/banner'
import { Button, LinkButton } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { BulletBar } from '@/components/ui/plots'
import { ProfileTag } from '@/components/ui/profile'
import { SignatureLine } from '@/components/ui/signature'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { CAUSE_TITLE } from '@/lib/domain/rotation'
import { formatAge, formatLimit, listWords } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { ApprovalLine, OwnerLine, RotationDetail } from '@/lib/queries/rotation'
import { routes } from '@/lib/routes'
import { CancelForm, CompleteForm, ConfirmForm, FinishRollbackForm, PlanForm, PostmortemForm, RollBackForm, StartForm } from './act-forms'
import { KEY_STATUS } from './rotation-words'

/** The acts of a rotation as the page hands them in. */
export type RotationActions = Record<
  'start' | 'step' | 'confirm' | 'complete' | 'cancel' | 'rollBack' | 'finishRollback' | 'postmortem' | 'changePlan',
  FormAction
>

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

/** Who runs it, who confirms it, who looks at it now, and what may not be done instead. */
export function People({ detail, viewer }: Part & { viewer: { name: string; acts: boolean } }) {
  const { facts, owners, audits } = detail
  const runner = facts.performer
  return (
    <div className="mt-5">
      <KeyValue
        width="narrow"
        items={[
          {
            label: 'Runs it',
            value: runner ? (
              <Actor name={runner.name} kind={runner.kind} />
            ) : (
              <span className="c2">
                {listWords(
                  owners.map(({ title }) => title),
                  'or',
                )}
              </span>
            ),
          },
          ...owners
            .filter(({ confirms, confirmed }) => confirms || confirmed)
            .filter(({ runs }) => !runs)
            .map((owner, index) => ({
              key: owner.id,
              label: index === 0 ? 'Confirms it' : '',
              value: <Confirmer owner={owner} started={runner !== null} />,
            })),
          {
            label: 'Watching',
            value: viewer.acts ? null : (
              <span className="actor">
                <Avatar name={viewer.name} />
                <span>{viewer.name}, you</span>
              </span>
            ),
          },
          {
            label: 'Fallback',
            value: facts.ownership.fallback ? <Words text={facts.ownership.fallback.text} /> : 'None: the policy names no fallback here.',
          },
          {
            label: 'Why',
            value: (
              <>
                {CAUSE_TITLE[facts.cause]}
                {facts.reason ? <span className="c3 block">{facts.reason.text ?? 'The text was erased.'}</span> : null}
              </>
            ),
          },
          {
            label: 'Incident',
            value: facts.incident ? (
              <Link className="link" href={routes.incident(facts.incident.id)}>
                {facts.incident.id}, {facts.incident.title}
              </Link>
            ) : null,
          },
          {
            label: 'Audited',
            value:
              audits.length > 0
                ? audits.map((audit) => (
                    <span key={audit.id} className="block">
                      {FINDING[audit.finding] ?? audit.finding}, {audit.by}, <Time at={audit.at} show="date" />
                      <span className="c3 block">{audit.note}</span>
                    </span>
                  ))
                : null,
          },
        ]}
      />
    </div>
  )
}

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

const FINDING: Record<string, string> = { met: 'Met', concern: 'A concern', violated: 'Violated' }

function Confirmer({ owner, started }: { owner: OwnerLine; started: boolean }) {
  if (owner.confirmed)
    return (
      <>
        <Actor name={owner.confirmed.by.name} kind={owner.confirmed.by.kind} />
        <span className="c3 t-xs block">
          confirmed <Time at={owner.confirmed.at} show="today" />
          {owner.confirmed.note ? `: ${owner.confirmed.note}` : ''}
        </span>
      </>
    )
  return (
    <span className={started ? undefined : 'c2'}>
      {owner.title}
      <span className="c3 t-xs block">{started ? 'at verification' : 'if somebody else runs it'}</span>
    </span>
  )
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
