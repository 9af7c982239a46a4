import { type ApprovalFacts, type Candidate, whyNotFillable, whyNotSign } from './approval'
import type { Actor } from './context'
import type { PolicyOwnership } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { approvalSlots, CAUSE_TITLE, EMERGENCY_CAUSES, METHOD_TITLE, type RotationCause, type RotationFacts } from './rotation'
import { type Agents, ownersOf, PLANNERS, type System, whyNotOwnerOr } from './rotation-owners'
import { whyNotPlanVariant } from './rotation-plan'
import { whyNotPlanned, whyNotRunning, whyNotWindow } from './rotation-state'

// Who plans a rotation, and who approves its plan (000.19 to 000.21).

/** Why somebody may not open a rotation under a rule: its owners, SecOps and Release Managers do; a token needs the scope (000.18). */
export function whyNotOpen(actor: Actor, system: System, ownership: PolicyOwnership, agents: Agents, now: Date): Refusal | null {
  return whyNotOwnerOr(PLANNERS, `Rotations of ${ownership.profile} are opened`, ownersOf(ownership), agents, actor, system, now)
}

/** Why a rotation cannot be opened for a cause: an emergency needs its open incident; what is scheduled has a due date. */
export function whyNotCause(
  cause: RotationCause,
  incident: { id: string; isOpen: boolean } | null,
  ownership: PolicyOwnership,
): Refusal | null {
  if (incident && !incident.isOpen)
    return refuse('wrong_state', `${incident.id} is closed. Name the incident that is open now.`, { place: 'incident' })
  if (EMERGENCY_CAUSES.includes(cause) && !incident)
    return refuse('policy_forbids', `${CAUSE_TITLE[cause]} is an emergency. Declare the incident first, and name it here.`, {
      place: 'incident',
    })
  if (cause === 'scheduled' && ownership.maxAge === undefined)
    return refuse('policy_forbids', `The rule ${ownership.id} sets no age, so nothing is due by schedule. Open it by hand.`, {
      place: 'cause',
    })
  return null
}

/** What the approval engine needs to know of a rotation. Opener, performer, whoever recorded a step, and confirmers do not approve it. */
export function rotationApproval(
  facts: Pick<RotationFacts, 'system' | 'ownership' | 'openedBy' | 'performer' | 'steps' | 'confirmations' | 'sealed' | 'signOffs'>,
  now: Date,
): ApprovalFacts {
  const recorders = facts.steps.flatMap(({ record, earlier }) => [...earlier, ...(record ? [record] : [])])
  return {
    systemId: facts.system.id,
    systemName: facts.system.name,
    noun: 'this rotation',
    slots: approvalSlots(facts.ownership),
    ownActs: new Map([
      ...facts.confirmations.map(({ by }) => [by.countsAsId, 'confirmed this rotation'] as const),
      ...recorders.map(({ by }) => [by.countsAsId, 'recorded a step of this rotation'] as const),
      ...(facts.performer ? [[facts.performer.countsAsId, 'perform this rotation'] as const] : []),
      [facts.openedBy.countsAsId, 'opened this rotation'],
    ]),
    contributors: new Map(),
    sealedAt: facts.sealed?.sealedAt ?? now,
    signOffs: facts.signOffs,
  }
}

/** Why a plan cannot be sealed: its window has passed, or nobody could approve it; the gap is named. */
export function whyNotSealPlan(
  facts: Parameters<typeof rotationApproval>[0] & { window: { endsAt: Date } | null },
  candidates: readonly Candidate[],
  now: Date,
): Refusal | null {
  return (
    whyNotWindow(facts.window, now) ??
    whyNotFillable({ ...rotationApproval({ ...facts, sealed: null, signOffs: [] }, now), sealedAt: now }, candidates, now)
  )
}

export type PlanChange = { variant: string | null; window: { startsAt: Date; endsAt: Date } | null }

/** Why somebody may not plan it again. A plan that stands and would not change is left alone; what was approved is approved again. */
export function whyNotChangePlan(
  facts: RotationFacts,
  change: PlanChange,
  actor: Actor,
  candidates: readonly Candidate[],
  now: Date,
): Refusal | null {
  const { plan } = facts
  const state =
    whyNotPlanned(facts) ?? whyNotOwnerOr(PLANNERS, `${facts.id} is planned`, plan.owners, facts.agents, actor, facts.system, now)
  if (state) return state
  const way = whyNotPlanVariant(plan.steps, change.variant ?? undefined)
  if (way) return way
  const isSame =
    change.variant === facts.variant &&
    change.window?.startsAt.getTime() === facts.window?.startsAt.getTime() &&
    change.window?.endsAt.getTime() === facts.window?.endsAt.getTime()
  if (facts.sealed && isSame) return refuse('wrong_state', `Version ${facts.sealed.number} says exactly this already.`)
  return whyNotSealPlan({ ...facts, window: change.window }, candidates, now)
}

function whyNotDecide(facts: RotationFacts, sealedHash: string, now: Date): Refusal | null {
  const state = whyNotRunning(facts)
  if (state) return state
  if (facts.status !== 'planned') return refuse('wrong_state', `${facts.id} has started. There is nothing to decide on any more.`)
  if (!facts.sealed) return refuse('wrong_state', `The plan of ${facts.id} was declined. Somebody plans it again first.`)
  if (facts.sealed.hash !== sealedHash)
    return refuse(
      'stale_version',
      `You read another version. Version ${facts.sealed.number} of the plan is the one to decide on now; read it.`,
    )
  return whyNotWindow(facts.window, now)
}

/** Why somebody may not approve the plan in a slot now: state, hash, window, then the one engine (000.19 to 000.21, T02, T03). */
export function whyNotApprove(facts: RotationFacts, slotKey: string, who: Candidate, sealedHash: string, now: Date): Refusal | null {
  return whyNotDecide(facts, sealedHash, now) ?? whyNotSign(slotKey, who, rotationApproval(facts, now), now)
}

/** Why somebody may not decline the plan in a slot now. Whoever signs last need not wait to say no. */
export function whyNotDeclineRotation(
  facts: RotationFacts,
  slotKey: string,
  who: Candidate,
  sealedHash: string,
  now: Date,
): Refusal | null {
  const approval = rotationApproval(facts, now)
  const slots = approval.slots.map((slot) => ({ ...slot, last: false }))
  return whyNotDecide(facts, sealedHash, now) ?? whyNotSign(slotKey, who, { ...approval, slots }, now)
}

/** Why an approval may not be withdrawn: only one's own, only until the rotation starts. */
export function whyNotWithdrawApproval(
  facts: Pick<RotationFacts, 'id' | 'status'>,
  signOff: { signerId: string; withdrawnAt: Date | null },
  actor: Pick<Actor, 'id'>,
): Refusal | null {
  if (facts.status !== 'planned') {
    const word = facts.status === 'cancelled' ? 'is cancelled' : 'has started'
    return refuse('wrong_state', `${facts.id} ${word}, so the signature can no longer be withdrawn.`)
  }
  if (signOff.signerId !== actor.id) return refuse('not_allowed', 'Only the person who signed can withdraw a signature.')
  return signOff.withdrawnAt ? refuse('wrong_state', 'This signature is already withdrawn.') : null
}

/** The first-person statement that an approver confirms and that is kept with the signature. */
export function rotationStatement(
  facts: Pick<RotationFacts, 'id' | 'system' | 'profile' | 'members' | 'method' | 'cause' | 'incident' | 'window' | 'sealed'>,
  who: { name: string; capacity: string; decision: 'approve' | 'decline' },
  formatWindow: (window: { startsAt: Date; endsAt: Date }) => string,
): string {
  const variables = facts.members.map(({ variable }) => variable)
  const secrets = variables.length < 2 ? variables.join('') : `${variables.slice(0, -1).join(', ')} and ${variables.at(-1)}`
  const what = `the rotation of ${secrets} of ${facts.system.name} on ${facts.profile.id} (${METHOD_TITLE[facts.method].toLowerCase()})`
  const version = `version ${facts.sealed?.number ?? 0} of the plan of ${facts.id}`
  if (who.decision === 'decline') return `I, ${who.name}, as ${who.capacity}, decline ${what}, ${version}.`
  const window = facts.window ? ` It starts in the window ${formatWindow(facts.window)}.` : ''
  const incident = facts.incident ? ` Its cause is ${CAUSE_TITLE[facts.cause].toLowerCase()}, under ${facts.incident.id}.` : ''
  return `I, ${who.name}, as ${who.capacity}, approve ${what}, as ${version} says.${window}${incident}`
}
