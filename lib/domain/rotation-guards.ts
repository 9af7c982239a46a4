import { openSlots } from './approval'
import type { Actor } from './context'
import type { FingerprintFinding } from './fingerprint'
import { type Refusal, refuse } from './refusal'
import type { Role } from './roles'
import {
  approvalSlots,
  isApproved,
  isSettled,
  openConfirmations,
  type RotationFacts,
  type RotationPlan,
  type RotationStep,
  type StepPhase,
  stepName,
} from './rotation'
import { PLANNERS, whyNotBesidesApproval, whyNotOwner, whyNotOwnerOr } from './rotation-owners'
import { whyNotRunning, whyNotWindow } from './rotation-state'
import { instantInWords } from './words'

/** Who may call a rotation off while it runs, besides its owners. */
const STOPPERS: readonly Role[] = [...PLANNERS, 'incident_commander']

const unsettled = (facts: Pick<RotationFacts, 'steps'>, ...phases: StepPhase[]): RotationStep[] =>
  facts.steps.filter((step) => phases.includes(step.phase) && !isSettled(step))

/** Why somebody may not start it in an owner slot: approval, every prerequisite and pre-check, and the window come first (003.2 to 003.4, 003.18). */
export function whyNotStart(facts: RotationFacts, ownerKey: string, actor: Actor, now: Date): Refusal | null {
  const state = whyNotRunning(facts) ?? (facts.status === 'planned' ? null : refuse('wrong_state', `${facts.id} has started already.`))
  if (state) return state
  const who = whyNotOwner(facts, actor, now, ownerKey) ?? whyNotBesidesApproval(facts, actor)
  if (who) return who
  if (!isApproved(facts)) {
    const open = facts.sealed ? openSlots(approvalSlots(facts.ownership), facts.signOffs).map(({ title }) => title) : []
    return refuse(
      'held',
      facts.sealed
        ? `${facts.id} waits for approval by ${open.join(' and ')}.`
        : `The plan of ${facts.id} was declined. Plan it again and have it approved first.`,
    )
  }
  const open = unsettled(facts, 'prerequisite', 'before')
  if (open.length > 0)
    return refuse('held', open.length === 1 ? 'One item comes before the start.' : `${open.length} items come before the start.`, {
      details: open.map((step) => `${stepName(step)}.`),
    })
  if (facts.window && now < facts.window.startsAt)
    return refuse('outside_window', `The window opens at ${instantInWords(facts.window.startsAt)}.`)
  return whyNotWindow(facts.window, now)
}

function whyNotVerified(facts: RotationFacts): Refusal | null {
  if (facts.status !== 'verifying')
    return whyNotRunning(facts) ?? refuse('wrong_state', `${facts.id} is not being verified yet: its steps come first.`)
  const open = unsettled(facts, 'prerequisite', 'before', 'during', 'after')
  return open.length === 0
    ? null
    : refuse('held', open.length === 1 ? 'One item of the verification is open.' : `${open.length} items of the verification are open.`, {
        details: open.map((step) => `${stepName(step)}.`),
      })
}

/** Why somebody may not confirm it for an owner slot: where all own it, each other owner confirms what one performed (000.21, 000.22). */
export function whyNotConfirm(facts: RotationFacts, ownerKey: string, actor: Actor, now: Date): Refusal | null {
  const state = whyNotRunning(facts)
  if (state) return state
  if (facts.plan.owners.mode === 'any')
    return refuse('policy_forbids', `One of its owners performs ${facts.id}; nobody else has to confirm it.`, { place: 'owner' })
  const who = whyNotOwner(facts, actor, now, ownerKey)
  if (who) return who
  const done = facts.confirmations.find(({ owner }) => owner === ownerKey)
  if (done) return refuse('conflict', `${done.by.name} has confirmed ${facts.id} as this owner already.`, { place: 'owner' })
  if (ownerKey === facts.performer?.slot)
    return refuse('separation_of_duties', 'This owner performs it. The other owners confirm.', { place: 'owner' })
  const performed = facts.steps.some(
    ({ phase, record, earlier }) =>
      (phase === 'during' || phase === 'after') &&
      [...earlier, ...(record ? [record] : [])].some(({ by }) => by.countsAsId === actor.countsAsId),
  )
  if (performed || facts.performer?.countsAsId === actor.countsAsId)
    return refuse('separation_of_duties', `You performed ${facts.id}. Another owner confirms it.`)
  if (facts.confirmations.some(({ by }) => by.countsAsId === actor.countsAsId))
    return refuse('separation_of_duties', `You confirmed ${facts.id} as another owner. One person, one confirmation.`)
  return whyNotBesidesApproval(facts, actor) ?? whyNotVerified(facts)
}

/** What fingerprints say against a rotation: it changed nothing, or the pair was not shifted (003, 002.21). */
export function contradictions(
  facts: Pick<RotationFacts, 'id' | 'profile' | 'members'>,
  findings: readonly FingerprintFinding[],
): FingerprintFinding[] {
  return findings.filter(
    ({ kind, profile, mapping, rotation }) =>
      kind !== 'shared_between_profiles' &&
      (rotation === facts.id ||
        (kind === 'pair_identical' && profile === facts.profile.id && facts.members.some((member) => member.mapping === mapping))),
  )
}

/** Why somebody may not complete it: every step, every other owner's confirmation, and nothing that fingerprints say against it. */
export function whyNotComplete(facts: RotationFacts, actor: Actor, findings: readonly FingerprintFinding[], now: Date): Refusal | null {
  const state = whyNotRunning(facts)
  if (state) return state
  const who = whyNotOwner(facts, actor, now, facts.performer?.slot) ?? whyNotBesidesApproval(facts, actor) ?? whyNotVerified(facts)
  if (who) return who
  const waiting = openConfirmations(facts)
  if (waiting.length > 0) return refuse('held', `${waiting.map(({ title }) => title).join(' and ')} still has to confirm ${facts.id}.`)
  const against = contradictions(facts, findings).map(({ sentence }) => sentence)
  return against.length > 0
    ? refuse('held', `The fingerprints that were reported contradict ${facts.id}. ${against.join(' ')}`, { details: against })
    : null
}

/** Why somebody may not cancel it: only what has not started, by its owners, SecOps, a Release Manager or whoever opened it. */
export function whyNotCancel(facts: RotationFacts, actor: Actor, now: Date): Refusal | null {
  const state = whyNotRunning(facts)
  if (state) return state
  if (facts.status !== 'planned') return refuse('wrong_state', `${facts.id} has started. It is completed, or rolled back.`)
  if (actor.token === null && actor.countsAsId === facts.openedBy.countsAsId) return null
  return whyNotOwnerOr(PLANNERS, `${facts.id} is cancelled`, facts.plan.owners, facts.agents, actor, facts.system, now)
}

/** Triggers that no runbook has to name. */
const OWN_TRIGGERS = [
  { id: 'failed-step', text: 'A step failed.' },
  { id: 'other', text: 'Another reason.' },
] as const

/** The triggers somebody may choose from: the runbook's own (003.13), and ours. */
export function triggersOf(plan: Pick<RotationPlan, 'triggers'>): { id: string; text: string }[] {
  return [...plan.triggers, ...OWN_TRIGGERS.filter(({ id }) => !plan.triggers.some((own) => own.id === id))]
}

/** Why somebody may not roll it back: at any running step they may, until the old key is gone (003.13). */
export function whyNotRollBack(facts: RotationFacts, trigger: string, actor: Actor, now: Date): Refusal | null {
  const state = whyNotRunning(facts)
  if (state) return state
  if (facts.status === 'planned') return refuse('wrong_state', `${facts.id} has not started. Cancel it instead.`)
  if (facts.status === 'rolling_back') return refuse('conflict', `${facts.id} is being rolled back already.`)
  const who = whyNotOwnerOr(STOPPERS, `${facts.id} is rolled back`, facts.plan.owners, facts.agents, actor, facts.system, now)
  if (who) return who
  if (!triggersOf(facts.plan).some(({ id }) => id === trigger))
    return refuse(
      'invalid',
      `Choose what happened: ${triggersOf(facts.plan)
        .map(({ id }) => id)
        .join(', ')}.`,
      { place: 'trigger' },
    )
  const retired = facts.steps.find(({ records, state: stands }) => records === 'old-key-retired' && stands === 'done')
  return retired
    ? refuse(
        'wrong_state',
        `${stepName(retired)}: that is done, so there is no old key to go back to. Complete ${facts.id} and open another rotation.`,
      )
    : null
}

/** Why somebody may not end the rollback: each of its steps comes first (003.14). */
export function whyNotFinishRollback(facts: RotationFacts, actor: Actor, now: Date): Refusal | null {
  const state = whyNotRunning(facts)
  if (state) return state
  if (facts.status !== 'rolling_back') return refuse('wrong_state', `${facts.id} is not being rolled back.`)
  const who = whyNotOwner(facts, actor, now, facts.performer?.slot) ?? whyNotBesidesApproval(facts, actor)
  if (who) return who
  const open = unsettled(facts, 'rollback')
  return open.length === 0
    ? null
    : refuse('held', open.length === 1 ? 'One step of the rollback is open.' : `${open.length} steps of the rollback are open.`, {
        details: open.map((step) => `${stepName(step)}.`),
      })
}

/** Whether a rolled back rotation still owes the reference of its postmortem (003.19). */
export function owesPostmortem(facts: Pick<RotationFacts, 'status' | 'postmortem'>): boolean {
  return facts.status === 'rolled_back' && facts.postmortem === null
}

/** Why somebody may not record where the postmortem of a rolled back rotation is. */
export function whyNotPostmortem(facts: RotationFacts, actor: Actor, now: Date): Refusal | null {
  if (facts.status !== 'rolled_back') return refuse('wrong_state', `${facts.id} was not rolled back, so it owes no postmortem.`)
  if (facts.postmortem !== null) return refuse('wrong_state', `Where the postmortem of ${facts.id} is stands on the record already.`)
  return whyNotOwnerOr(STOPPERS, `The postmortem of ${facts.id} is recorded`, facts.plan.owners, facts.agents, actor, facts.system, now)
}
