import { notFound } from 'next/navigation'
import { requestStatementAction } from '@/app/statements/actions'
import { Page, Panel, Paper } from '@/components/layout/page'
import { Words } from '@/components/policy/words'
import { RollBackForm } from '@/components/rotation/act-forms'
import { KeyShift } from '@/components/rotation/key-shift'
import { Approvals } from '@/components/rotation/rotation-approvals'
import { RotationNotices } from '@/components/rotation/rotation-notices'
import { Acts, Ages, Audit, type RotationActions, restoredWords, variantsOf, WayBack } from '@/components/rotation/rotation-panel'
import { People } from '@/components/rotation/rotation-people'
import { RunbookSection, type StepsFrame } from '@/components/rotation/rotation-steps'
import { keyWords, PHASE_STATUS, phaseWords } from '@/components/rotation/rotation-words'
import { StatementSection } from '@/components/statement/statement-section'
import { profileRef } from '@/components/system/profile-ref'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Section } from '@/components/ui/section'
import { Chip, StatusGlyph } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { CAUSE_TITLE, EMERGENCY_CAUSES, statesReached } from '@/lib/domain/rotation'
import { formatDuration } from '@/lib/format'
import { getRotation, type RotationDetail } from '@/lib/queries/rotation'
import { rotationTitle, whatWords } from '@/lib/queries/rotation-view'
import { routes } from '@/lib/routes'
import { recordSecretAuditAction } from '../../systems/[slug]/env/actions'
import {
  cancelAction,
  changePlanAction,
  completeAction,
  confirmAction,
  finishRollbackAction,
  recordPostmortemAction,
  recordStepAction,
  rollBackAction,
  startAction,
} from '../actions'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: (await params).id }
}

const ACTIONS: RotationActions = {
  start: startAction,
  step: recordStepAction,
  confirm: confirmAction,
  complete: completeAction,
  cancel: cancelAction,
  rollBack: rollBackAction,
  finishRollback: finishRollbackAction,
  postmortem: recordPostmortemAction,
  changePlan: changePlanAction,
}

/** Which step are we on? The runbook of one rotation: what happens to the keys, the steps with the one that is open, who approved, and the way back. */
export default async function RotationPage({ params }: Props) {
  const { id } = await params
  const viewer = await requireViewer(routes.rotation(id))
  const detail = await getRotation(viewer, id)
  if (!detail) notFound()
  const { facts, steps, shift } = detail
  const of = (...phases: string[]) => steps.filter(({ phase }) => phases.includes(phase))
  const frame = frameOf(detail)
  const rollback = <RunbookSection id="rollback" title="Roll back" steps={of('rollback')} frame={{ ...frame, failing: true }} />
  const wasCalledOff = facts.status === 'rolling_back' || facts.status === 'rolled_back'
  return (
    <Page
      crumbs={[
        { label: 'Rotations', href: routes.rotations() },
        { label: facts.system.name, href: routes.rotations({ system: facts.system.id }) },
        { label: `${facts.profile.id} ${whatWords(facts)}` },
      ]}
      phone={{ back: routes.rotations(), title: facts.id }}
      layout="dossier"
      system={facts.system.id}
      className="runbook"
    >
      <Paper>
        <Head detail={detail} now={viewer.now} />
        <RotationNotices detail={detail} />
        <KeyShift view={shift} />
        {facts.status === 'rolling_back' ? rollback : null}
        <RunbookSection title="Before" steps={of('prerequisite', 'before')} frame={frame} />
        <RunbookSection title="Rotate" steps={of('during')} frame={frame} aside={<Platform detail={detail} />} />
        <RunbookSection title="Verify" steps={of('after')} frame={frame} />
        {facts.status === 'rolling_back' ? null : wasCalledOff ? rollback : null}
        <States detail={detail} />
        <p className="t-xs c3 mt-5">
          Every act on {facts.id} is on the record.{' '}
          <Link className="link" href={routes.audit({ subject: `rotation:${facts.id}` })}>
            Its entries in the audit trail
          </Link>
        </p>
      </Paper>
      <Panel label="Approval, people and the way back">
        <Approvals detail={detail} />
        <Acts detail={detail} actions={ACTIONS} />
        <People
          detail={detail}
          viewer={{ name: viewer.actor.name, acts: facts.performer ? facts.performer.id === viewer.actor.id : detail.starters.length > 0 }}
        />
        <Audit detail={detail} action={recordSecretAuditAction} />
        <Ages detail={detail} />
        <WayBack detail={detail} actions={ACTIONS} />
        <StatementSection kind="rotation" id={facts.id} ask={requestStatementAction} />
      </Panel>
    </Page>
  )
}

function frameOf(detail: RotationDetail): StepsFrame {
  const { facts, whyNot, triggers, openIncidents } = detail
  const running = facts.status === 'in_progress' || facts.status === 'verifying'
  return {
    rotation: facts.id,
    action: recordStepAction,
    failing: facts.status === 'planned' || facts.status === 'rolling_back',
    isRunning: running || facts.status === 'planned' || facts.status === 'rolling_back',
    anyOrder: facts.status === 'planned',
    failed:
      running && !whyNot.rollBack ? (
        <RollBackForm
          action={rollBackAction}
          rotation={facts.id}
          whyNot={null}
          triggers={triggers}
          incidents={openIncidents}
          named={facts.incident?.closedAt === null ? facts.incident.id : null}
          restores={restoredWords(detail).replace(' again', '')}
          trigger="failed-step"
        />
      ) : null,
  }
}

function Head({ detail, now }: { detail: RotationDetail; now: Date }) {
  const { facts, phase, standing } = detail
  const over = ['completed', 'rolled_back', 'cancelled'].includes(phase)
  const openNow = facts.status === 'planned' ? undefined : detail.steps.find(({ isNow }) => isNow)
  const late = standing && !over && (standing.state === 'overdue' || standing.state === 'due_soon') ? standing : null
  return (
    <>
      <div className="row wrap gap-2.5">
        {late ? <Chip status={late.state === 'overdue' ? 'fail' : 'warn'}>{keyWords(late)}</Chip> : null}
        <Chip status={PHASE_STATUS[phase]}>{phaseWords(facts)}</Chip>
        {EMERGENCY_CAUSES.includes(facts.cause) ? (
          <Chip status="warn">
            Emergency, {CAUSE_TITLE[facts.cause].toLowerCase()}
            {facts.incident ? `, ${facts.incident.id}` : ''}
          </Chip>
        ) : null}
        <span className="c3 t-xs">
          <code>{facts.id}</code> {sinceWords(detail)}
        </span>
        {openNow && !over ? (
          <a className="link t-xs" href={`#step-${openNow.id}`}>
            Go to the open step
          </a>
        ) : null}
      </div>
      <h1 className="h1 mt-[9px]" id="h">
        {rotationTitle(facts)}
      </h1>
      <p className="c2 mt-1">
        <ProfileTag profile={profileRef(facts.profile.id, facts.profile.class)} /> &nbsp;
        <Lead detail={detail} now={now} />
      </p>
    </>
  )
}

function sinceWords({ facts }: RotationDetail) {
  if (facts.endedAt)
    return (
      <>
        ended <Time at={facts.endedAt} show="today" />
      </>
    )
  if (facts.startedAt)
    return (
      <>
        started <Time at={facts.startedAt} show="today" />
      </>
    )
  return (
    <>
      opened <Time at={facts.openedAt} show="today" /> by {facts.openedBy.name}
    </>
  )
}

/** What users notice, how much of it is used, and when it may start. */
function Lead({ detail, now }: { detail: RotationDetail; now: Date }) {
  const { facts } = detail
  const { variable, values } = facts.policy.policy.profileNaming
  const value = values[facts.profile.id]
  const used = facts.startedAt ? formatDuration((facts.endedAt ?? now).getTime() - facts.startedAt.getTime()) : null
  return (
    <>
      {variable && value ? (
        <>
          Runs with{' '}
          <code>
            {variable}={value}
          </code>
          .{' '}
        </>
      ) : null}
      {facts.plan.runbook.notice ? <Words text={facts.plan.runbook.notice} /> : null}
      {facts.plan.runbook.assumed ? ' The runbook is assumed: the policy names none of its own.' : ''}
      {used ? ` ${used} used.` : ''}
      {facts.status === 'planned' && facts.window ? (
        <>
          {' '}
          Window <Time at={facts.window.startsAt} local /> to <Time at={facts.window.endsAt} show="time" />.
        </>
      ) : null}
    </>
  )
}

/** The platform whose commands apply, among those that the runbook offers. */
function Platform({ detail }: { detail: RotationDetail }) {
  const ways = variantsOf(detail)
  if (ways.length < 2) return null
  const chosen = detail.facts.variant ?? detail.steps.find(({ variant }) => ways.some(({ id }) => id === variant?.id))?.variant?.id
  return (
    <span
      className="switch"
      role="img"
      aria-label={chosen ? `Done by ${ways.find(({ id }) => id === chosen)?.title}` : 'Chosen at the step'}
    >
      {ways.map((way) => (
        <span key={way.id} className={way.id === chosen ? 'on' : undefined}>
          {way.title}
        </span>
      ))}
    </span>
  )
}

/** The states that the runbook names, and when they were reached (003.17). */
function States({ detail }: { detail: RotationDetail }) {
  const states = statesReached(detail.facts).filter(({ applies }) => applies)
  if (states.length === 0) return null
  const reached = states.filter(({ at }) => at !== null)
  return (
    <Section title="States" aside={`${reached.length} reached`}>
      <ul className="states">
        {states.map((state) => (
          <li key={state.id} className={state.at ? undefined : 'c3'}>
            <StatusGlyph status={state.at ? 'pass' : 'waiting'} size={12} label={state.at ? 'Reached:' : 'Not reached:'} />
            {state.title}
            {state.at ? (
              <span className="c3">
                <Time at={state.at} show="time" />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  )
}
