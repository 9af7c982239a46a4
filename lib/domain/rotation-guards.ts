import { type ApprovalFacts, type Candidate, openSlots, whyNotFillable, whyNotSign } from './approval'
import { type Actor, holdsAny } from './context'
import type { FingerprintFinding } from './fingerprint'
import type { PolicyOwnership } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { listOfTitles } from './rights'
import type { Role } from './roles'
import {
  approvalSlots,
  CAUSE_TITLE,
  EMERGENCY_CAUSES,
  isApproved,
  isSettled,
  METHOD_TITLE,
  openConfirmations,
  openStep,
  type RotationCause,
  type RotationFacts,
  type RotationPlan,
  type RotationStep,
  type StepHow,
  type StepPhase,
  workablePhases,
} from './rotation'
import { whyNotPlanVariant } from './rotation-plan'
import { whyNotScope, whyNotTokenSystem } from './scopes'
import { instantInWords } from './words'

type System = { id: string; name: string }
type Owners = Pick<RotationPlan['owners'], 'slots'>
type Agents = RotationFacts['agents']

/** Who opens, plans and cancels rotations besides their owners (domain.md, roles). */
const PLANNERS: readonly Role[] = ['secops', 'release_manager']
/** Who may call a rotation off while it runs, besides its owners. */
const STOPPERS: readonly Role[] = [...PLANNERS, 'incident_commander']

/** What the owners of a rule are, in the shape of a plan. */
export function ownersOf(ownership: PolicyOwnership): RotationPlan['owners'] {
  const { mode, slots } = ownership.owners
  return { mode, slots: slots.map(({ id, title, roles, agents }) => ({ id, title, roles: [...roles], agents: [...agents] })) }
}

function whyNotToken(actor: Actor, systemId: string): Refusal | null {
  return whyNotTokenSystem(actor, systemId) ?? whyNotScope(actor, 'rotation:run')
}

/** The owner slots that somebody may act in: an agent those that name it, a person or their token those of a role they hold (000.22). */
export function ownerSlotsFor(owners: Owners, agents: Agents, actor: Actor, systemId: string, now: Date): Owners['slots'] {
  if (whyNotToken(actor, systemId)) return []
  if (actor.kind === 'agent') {
    const own = agents.filter(({ id }) => id === actor.id).map(({ key }) => key)
    return owners.slots.filter((slot) => slot.agents.some((key) => own.includes(key)))
  }
  return owners.slots.filter(({ roles }) => holdsAny(actor, roles as Role[], systemId, now))
}

function slotWords(owners: Owners, only?: string): string {
  return owners.slots
    .filter(({ id }) => only === undefined || id === only)
    .map(
      ({ title, roles, agents }) =>
        `${title} (${[...(agents.length > 0 ? ['its agent'] : []), ...(roles.length > 0 ? [listOfTitles(roles as Role[])] : [])].join(', or ')})`,
    )
    .join(', or ')
}

/** Why somebody may not act in an owner slot; in any of them, without one. */
function whyNotOwner(
  facts: Pick<RotationFacts, 'id' | 'system' | 'plan' | 'agents'>,
  actor: Actor,
  now: Date,
  slot?: string,
): Refusal | null {
  const bound = whyNotToken(actor, facts.system.id)
  if (bound) return bound
  const { owners } = facts.plan
  if (slot !== undefined && !owners.slots.some(({ id }) => id === slot))
    return refuse('not_found', `${facts.id} has no owner slot ${slot}. It has ${owners.slots.map(({ id }) => id).join(', ')}.`, {
      place: 'owner',
    })
  const held = ownerSlotsFor(owners, facts.agents, actor, facts.system.id, now)
  if (slot === undefined ? held.length > 0 : held.some(({ id }) => id === slot)) return null
  return refuse('not_allowed', `This is for ${slotWords(owners, slot)} of ${facts.system.name}. An admin grants roles.`)
}

/** Why somebody may neither own it nor hold one of some roles on the system. */
function whyNotOwnerOr(
  roles: readonly Role[],
  what: string,
  owners: Owners,
  agents: Agents,
  actor: Actor,
  system: System,
  now: Date,
): Refusal | null {
  const bound = whyNotToken(actor, system.id)
  if (bound) return bound
  if (ownerSlotsFor(owners, agents, actor, system.id, now).length > 0) return null
  if (actor.kind !== 'agent' && holdsAny(actor, roles, system.id, now)) return null
  return refuse('not_allowed', `${what} by ${slotWords(owners)}, or ${listOfTitles(roles)} of ${system.name}.`)
}

/** Whoever approved it performs and confirms nothing of it, and the other way round (domain.md, what always holds, 7). */
function whyNotBesidesApproval(facts: Pick<RotationFacts, 'signOffs' | 'id'>, actor: Actor): Refusal | null {
  const own = facts.signOffs.find(({ signerId, decision }) => signerId === actor.countsAsId && decision === 'approve')
  if (!own) return null
  return refuse(
    'separation_of_duties',
    actor.id === actor.countsAsId
      ? `You approved ${facts.id}. Whoever approves a rotation does not perform or confirm it.`
      : `This counts as an act of ${own.signerName}, who approved ${facts.id}. Whoever approves a rotation does not perform or confirm it.`,
  )
}

/** Why a rotation cannot be worked on because it has ended. */
function whyNotRunning(facts: Pick<RotationFacts, 'id' | 'status'>): Refusal | null {
  return ['completed', 'rolled_back', 'cancelled'].includes(facts.status)
    ? refuse('wrong_state', `${facts.id} is ${facts.status.replace('_', ' ')}. Nothing of it changes any more; open another rotation.`)
    : null
}

function whyNotPlanned(facts: Pick<RotationFacts, 'id' | 'status'>): Refusal | null {
  return (
    whyNotRunning(facts) ??
    (facts.status === 'planned' ? null : refuse('wrong_state', `${facts.id} has started, so its plan stands as it is.`))
  )
}

function whyNotWindow(window: { endsAt: Date } | null, now: Date): Refusal | null {
  return window && window.endsAt <= now
    ? refuse('outside_window', 'The window has passed. Plan another one, or none; what was approved is then approved again.', {
        place: 'windowEndsAt',
      })
    : null
}

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

const unsettled = (facts: Pick<RotationFacts, 'steps'>, ...phases: StepPhase[]): RotationStep[] =>
  facts.steps.filter((step) => phases.includes(step.phase) && !isSettled(step))

const named = (step: RotationStep): string => `${step.number ? `${step.number} ` : ''}${step.text.replace(/\.$/, '')}`

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
      details: open.map((step) => `${named(step)}.`),
    })
  if (facts.window && now < facts.window.startsAt)
    return refuse('outside_window', `The window opens at ${instantInWords(facts.window.startsAt)}.`)
  return whyNotWindow(facts.window, now)
}

export type StepInput = {
  step: string
  state: 'done' | 'failed' | 'not_applicable'
  how?: StepHow | undefined
  note?: string | undefined
  link?: string | undefined
  reference?: string | undefined
  newKeys?: Readonly<Record<string, string>> | undefined
  variant?: string | undefined
}

const IN_WORDS: Record<StepPhase, string> = {
  prerequisite: 'comes before the start',
  before: 'comes before the start',
  during: 'is one of the steps, which wait for the start',
  after: 'is verification, which waits for the last step',
  rollback: 'belongs to a rollback',
}

/** The way a step is recorded by: the given one, else the one that applies; null where it offers none. */
export function wayOf(step: Pick<RotationStep, 'variant'>, given: string | undefined): string | null {
  return given ?? step.variant?.id ?? null
}

/** Why somebody may not record a step now: not theirs, not its turn, or without the evidence that it takes (003.8 to 003.12, 003.14 to 003.16). */
export function whyNotRecordStep(facts: RotationFacts, input: StepInput, actor: Actor, now: Date): Refusal | null {
  const state = whyNotRunning(facts)
  if (state) return state
  const step = facts.steps.find(({ id }) => id === input.step)
  if (!step) return refuse('not_found', `The plan of ${facts.id} has no step ${input.step}.`, { place: 'step' })
  return whyNotTheirStep(facts, step, actor, now) ?? whyNotTurn(facts, step) ?? whyNotAnswer(facts, step, input)
}

function whyNotTheirStep(facts: RotationFacts, step: RotationStep, actor: Actor, now: Date): Refusal | null {
  const isPerforming = facts.status !== 'planned'
  const who = whyNotOwner(facts, actor, now, isPerforming ? facts.performer?.slot : undefined) ?? whyNotBesidesApproval(facts, actor)
  if (who) return who
  const confirmed = facts.confirmations.find(({ by }) => by.countsAsId === actor.countsAsId)
  if (confirmed && (step.phase === 'during' || step.phase === 'after'))
    return refuse('separation_of_duties', `You confirmed ${facts.id}. Whoever confirms a rotation does not perform it too.`)
  return null
}

function whyNotTurn(facts: RotationFacts, step: RotationStep): Refusal | null {
  const place = { place: step.id }
  if (isSettled(step))
    return refuse('conflict', `"${step.text}" is recorded already, by ${step.record?.by.name}. What is recorded stays.`, place)
  if (!workablePhases(facts.status).includes(step.phase)) return refuse('wrong_state', `"${step.text}" ${IN_WORDS[step.phase]}.`, place)
  const next = openStep(facts)
  if (facts.status !== 'planned' && next && next.id !== step.id)
    return refuse('wrong_state', `One step is open at a time. ${named(next)} comes first.`, place)
  return null
}

function whyNotAnswer(facts: RotationFacts, step: RotationStep, input: StepInput): Refusal | null {
  const stray = input.newKeys && (step.records !== 'new-key' || input.state !== 'done')
  if (stray) return refuse('invalid', 'This step brings no new keys.', { place: 'newKeys' })
  if (input.state === 'not_applicable') {
    if (step.asks === null)
      return refuse('policy_forbids', 'The runbook knows no condition for this step, so it always applies.', { place: 'state' })
    return input.note?.trim() ? null : refuse('invalid', `Say in a note why it does not apply (${step.asks}).`, { place: 'note' })
  }
  const way = whyNotWay(facts, step, input.variant)
  if (way) return way
  if (input.state === 'failed') return input.note?.trim() ? null : refuse('invalid', 'Say in a note what failed.', { place: 'note' })
  return whyNotChosen(step, input) ?? whyNotHow(step, input) ?? whyNotEvidence(step, input) ?? whyNotNewKeys(facts, step, input)
}

function whyNotWay(facts: RotationFacts, step: RotationStep, variant: string | undefined): Refusal | null {
  if (variant === undefined) return null
  const found = step.variants.find(({ id }) => id === variant)
  if (!found) {
    const open = step.variants.filter(({ refused }) => refused === null).map(({ id }) => id)
    return refuse('invalid', open.length === 0 ? 'This step offers no ways to choose from.' : `This step offers ${open.join(', ')}.`, {
      place: 'variant',
    })
  }
  if (found.refused !== null) return refuse('policy_forbids', found.refused, { place: 'variant' })
  const planned = step.variants.find(({ id, refused }) => refused === null && id === facts.plan.variant)
  return planned && planned.id !== variant
    ? refuse('policy_forbids', `The plan says ${planned.title}. Doing it another way is another plan, which is approved again.`, {
        place: 'variant',
      })
    : null
}

function whyNotChosen(step: RotationStep, input: StepInput): Refusal | null {
  return step.choices.length > 0 && input.variant === undefined
    ? refuse('invalid', `Say by which way it was done: ${step.choices.map(({ title }) => title).join(' or ')}.`, { place: 'variant' })
    : null
}

function whyNotHow(step: RotationStep, input: StepInput): Refusal | null {
  const hasCommand = step.command !== null || step.choices.some(({ id, command }) => id === input.variant && command !== null)
  if (input.how === undefined)
    return hasCommand || step.records === 'new-key'
      ? refuse('invalid', 'Say whether the script did it or somebody by hand.', { place: 'how' })
      : null
  if (input.how === 'hand' && step.byHand?.allowed === false)
    return refuse('policy_forbids', `The runbook does not let it be done by hand. ${step.byHand.text}`, { place: 'how' })
  return null
}

const SAID_SO = ['attestation', 'command-result']

function whyNotEvidence(step: RotationStep, input: StepInput): Refusal | null {
  if (step.captures !== null && !input.reference?.trim())
    return refuse('invalid', `${step.captures}: give the reference, never the values themselves.`, { place: 'reference' })
  const has = Boolean(input.note?.trim() || input.link || input.reference?.trim())
  if (!SAID_SO.includes(step.evidence) && !has)
    return refuse('invalid', 'This step takes evidence: a note, a link or a reference.', { place: 'note' })
  if (step.records === 'old-key-retired' && !has)
    return refuse('invalid', 'Say what shows that the old key no longer works: a note, a link or a reference.', { place: 'reference' })
  return null
}

function whyNotNewKeys(facts: RotationFacts, step: RotationStep, input: StepInput): Refusal | null {
  if (step.records !== 'new-key') return null
  const given = Object.keys(input.newKeys ?? {})
  const wanted = facts.members.filter(({ brings }) => brings)
  const missing = wanted.filter(({ mapping }) => !given.includes(mapping))
  if (missing.length > 0)
    return refuse('invalid', `Give the id of the new key of ${missing.map(({ variable }) => variable).join(' and ')}, never its value.`, {
      place: `newKeys.${missing[0]?.mapping}`,
    })
  const stray = given.filter((mapping) => !wanted.some((member) => member.mapping === mapping))
  return stray.length > 0
    ? refuse('invalid', `${stray.join(', ')} gets no new key in ${facts.id}.`, { place: `newKeys.${stray[0]}` })
    : null
}

function whyNotVerified(facts: RotationFacts): Refusal | null {
  if (facts.status !== 'verifying')
    return whyNotRunning(facts) ?? refuse('wrong_state', `${facts.id} is not being verified yet: its steps come first.`)
  const open = unsettled(facts, 'prerequisite', 'before', 'during', 'after')
  return open.length === 0
    ? null
    : refuse('held', open.length === 1 ? 'One item of the verification is open.' : `${open.length} items of the verification are open.`, {
        details: open.map((step) => `${named(step)}.`),
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
        `${named(retired)}: that is done, so there is no old key to go back to. Complete ${facts.id} and open another rotation.`,
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
        details: open.map((step) => `${named(step)}.`),
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
