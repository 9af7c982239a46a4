import { type ApprovalSlot, isFullyApproved, type StandingSignOff } from './approval'
import type { Named } from './context'
import type { STEP_PHASES } from './policy/parts/steps'
import type { ROTATION_METHODS } from './policy/parts/variables'
import type { Policy, PolicyOwnership, ProfileClass } from './policy/schema'

export const ROTATION_CAUSES = ['scheduled', 'by_hand', 'suspected_exposure', 'offboarding', 'integrity_failure'] as const
/** Why a rotation was opened; the last three are emergencies. */
export type RotationCause = (typeof ROTATION_CAUSES)[number]
export const EMERGENCY_CAUSES: readonly RotationCause[] = ['suspected_exposure', 'offboarding', 'integrity_failure']
export const CAUSE_TITLE: Record<RotationCause, string> = {
  scheduled: 'Scheduled',
  by_hand: 'By hand',
  suspected_exposure: 'Suspected exposure',
  offboarding: 'Offboarding',
  integrity_failure: 'Integrity failure',
}

export type RotationMethod = (typeof ROTATION_METHODS)[number]
export const METHOD_TITLE: Record<RotationMethod, string> = {
  'shift-pair': 'Shift pair',
  'dual-credentials': 'Dual credentials',
  'replace-then-revoke': 'Replace, then revoke',
  kid: 'By key id',
}

export const ROTATION_STATUSES = ['planned', 'in_progress', 'verifying', 'rolling_back', 'completed', 'rolled_back', 'cancelled'] as const
/** What is stored; approved is derived. */
export type RotationStatus = (typeof ROTATION_STATUSES)[number]
export const ROTATION_PHASES = ['planned', 'approved', ...ROTATION_STATUSES.slice(1)] as const
export type RotationPhase = RotationStatus | 'approved'
export const PHASE_TITLE: Record<RotationPhase, string> = {
  planned: 'Planned',
  approved: 'Approved',
  in_progress: 'In progress',
  verifying: 'Verifying',
  rolling_back: 'Rolling back',
  completed: 'Completed',
  rolled_back: 'Rolled back',
  cancelled: 'Cancelled',
}

export type StepPhase = (typeof STEP_PHASES)[number]

/** One way to do a step. `refused` is the sentence of the rule that keeps it from this profile (003 against 000); null where it may be taken. */
export type PlanVariant = { id: string; title: string; command: string | null; when: string | null; refused: string | null }

/** One step as it is planned and sealed. `asks` is a condition that only a person can answer; such a step, and no other, may be said not to apply. */
export type PlanStep = {
  id: string
  number: string | null
  phase: StepPhase
  group: string | null
  text: string
  asks: string | null
  command: string | null
  workingDirectory: string | null
  expected: string | null
  evidence: string
  byHand: { allowed: boolean; text: string } | null
  does: string[]
  variants: PlanVariant[]
  captures: string | null
  records: 'new-key' | 'old-key-retired' | null
  refersTo: string | null
  derived: string | null
}

/** A secret that is rotated. `brings`: it gets a new key (of a shifted pair only the primary does; the second slot takes the old one). */
export type PlanSecret = { mapping: string; managerKey: string; variable: string; brings: boolean }

/** All that an approver decides on. Sealed as canonical JSON: ids of principals, never names. */
export type RotationPlan = {
  v: 1
  rotation: string
  number: number
  system: string
  profile: string
  policy: { version: number; hash: string }
  rule: string
  method: RotationMethod
  cause: RotationCause
  reason: string | null
  incident: string | null
  dueAt: string | null
  secrets: PlanSecret[]
  variant: string | null
  window: { startsAt: string; endsAt: string } | null
  /** `assumed`: one of ours, because the policy names none. */
  runbook: { id: string; title: string; assumed: boolean; expected: string | null; notice: string | null }
  steps: PlanStep[]
  triggers: { id: string; text: string }[]
  onFailure: { postmortem: string | null; text: string | null }
  states: { id: string; title: string; after: string | null }[]
  owners: { mode: 'any' | 'all'; slots: { id: string; title: string; roles: string[]; agents: string[] }[] }
  slots: { id: string; title: string; roles: string[]; last: boolean }[]
}

export type StepHow = 'script' | 'hand'

/** What was recorded of a step: by whom, when, how, and with which evidence. `newKeys`: the id of the new key by the id of its secret. */
export type StepRecord = {
  step: string
  state: 'done' | 'failed' | 'not_applicable'
  how: StepHow | null
  variant: string | null
  note: string | null
  link: string | null
  reference: string | null
  newKeys: Record<string, string> | null
  by: Named
  at: Date
}

export const STEP_STATES = ['done', 'open', 'waiting', 'failed', 'not_applicable'] as const
export type StepState = (typeof STEP_STATES)[number]

/**
 * A planned step joined with what was recorded of it. `record` is the newest; `earlier` are failures before it. `command` is that of the way that
 * applies; `choices` are ways of which one still has to be named when it is recorded.
 */
export type RotationStep = PlanStep & {
  state: StepState
  record: StepRecord | null
  earlier: StepRecord[]
  variant: { id: string; title: string } | null
  choices: PlanVariant[]
}

export type RotationSignOff = StandingSignOff & { id: string; signedAt: Date }
export type RotationConfirmation = { owner: string; by: Named; note: string | null; at: Date }

/** All facts one rotation's rules depend on. */
export type RotationFacts = {
  id: string
  system: { id: string; name: string }
  profile: { id: string; name: string; class: ProfileClass }
  policy: { versionId: string; number: number; hash: string; policy: Policy; activeNumber: number }
  ownership: PolicyOwnership
  /** Title of the group, else the variables. */
  title: string
  members: (PlanSecret & { notes: string })[]
  method: RotationMethod
  cause: RotationCause
  /** `digest` stays when the text was erased. */
  reason: { digest: string; text: string | null } | null
  incident: { id: string; title: string; severity: string; closedAt: Date | null } | null
  dueAt: Date | null
  variant: string | null
  window: { startsAt: Date; endsAt: Date } | null
  status: RotationStatus
  openedAt: Date
  openedBy: Named
  startedAt: Date | null
  performer: (Named & { slot: string }) | null
  verifyingAt: Date | null
  endedAt: Date | null
  endReason: string | null
  trigger: { id: string; text: string } | null
  postmortem: string | null
  /** The plan of the newest version: it is what the steps come from, whether or not that version still stands. */
  plan: RotationPlan
  /** The version that stands; null after a decline and when the rotation was cancelled. */
  sealed: { id: string; number: number; hash: string; canonical: string; sealedAt: Date; sealedBy: Named | null } | null
  nextNumber: number
  signOffs: RotationSignOff[]
  steps: RotationStep[]
  confirmations: RotationConfirmation[]
  /** Agents that owner slots name, as principals of the system: `key` is the policy's id. */
  agents: { id: string; key: string; name: string }[]
}

/** The approval slots of a rule as the engine sees them. */
export function approvalSlots(ownership: PolicyOwnership): ApprovalSlot[] {
  return ownership.approval.slots.map((slot) => ({ key: slot.id, title: slot.title, roles: slot.roles, last: slot.order === 'last' }))
}

/** Whether every slot of the plan that stands is approved. */
export function isApproved(facts: Pick<RotationFacts, 'ownership' | 'sealed' | 'signOffs'>): boolean {
  return facts.sealed !== null && isFullyApproved(approvalSlots(facts.ownership), facts.signOffs)
}

/** Where a rotation stands; approved is derived until it starts (domain.md, life cycles). */
export function rotationPhase(facts: Pick<RotationFacts, 'status' | 'ownership' | 'sealed' | 'signOffs'>): RotationPhase {
  return facts.status === 'planned' && isApproved(facts) ? 'approved' : facts.status
}

/** Whether a rotation is under way and half done: loud on every page of its system until it ends. */
export function isHalfDone(status: RotationStatus): boolean {
  return status === 'in_progress' || status === 'verifying' || status === 'rolling_back'
}

/** Which steps may be recorded while a rotation has a status. */
export function workablePhases(status: RotationStatus): readonly StepPhase[] {
  switch (status) {
    case 'planned':
      return ['prerequisite', 'before']
    case 'in_progress':
      return ['during']
    case 'verifying':
      return ['after']
    case 'rolling_back':
      return ['rollback']
    default:
      return []
  }
}

/** Joins planned steps with what was recorded. Pre-checks may be taken in any order; of the others one is open at a time (003.8, 003.14). */
export function joinSteps(
  plan: Pick<RotationPlan, 'steps'>,
  records: readonly StepRecord[],
  status: RotationStatus,
  variant: string | null,
): RotationStep[] {
  const workable = workablePhases(status)
  const inOrder = records.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  let isOneOpen = false
  return plan.steps.map((step) => {
    const own = inOrder.filter((record) => record.step === step.id)
    const record = own.at(-1) ?? null
    const settled = record !== null && record.state !== 'failed'
    const isTurn = !settled && workable.includes(step.phase) && (status === 'planned' || !isOneOpen)
    if (isTurn) isOneOpen = true
    const state: StepState = record ? record.state : isTurn ? 'open' : 'waiting'
    const open = step.variants.filter(({ refused }) => refused === null)
    // A way chosen for an earlier step applies to later ones that offer it: whoever stops by Docker starts by Docker (003.9).
    const earlierChoice = inOrder.findLast((each) => each.variant !== null && open.some(({ id }) => id === each.variant))?.variant
    const chosen =
      step.variants.find(({ id }) => id === record?.variant) ??
      (open.length === 1 ? open[0] : (open.find(({ id }) => id === variant) ?? open.find(({ id }) => id === earlierChoice)))
    return {
      ...step,
      state,
      record,
      earlier: own.slice(0, -1),
      variant: chosen ? { id: chosen.id, title: chosen.title } : null,
      command: chosen?.command ?? step.command,
      choices: chosen ? [] : open,
    }
  })
}

/** Whether a step is settled: done, or said not to apply. */
export function isSettled(step: Pick<RotationStep, 'state'>): boolean {
  return step.state === 'done' || step.state === 'not_applicable'
}

/** The step that comes next: the first that is not settled among those the status allows; null when there is none. */
export function openStep(facts: Pick<RotationFacts, 'status' | 'steps'>): RotationStep | null {
  const workable = workablePhases(facts.status)
  return facts.steps.find((step) => workable.includes(step.phase) && !isSettled(step)) ?? null
}

export type StepCounts = { total: number; done: number; open: number; failed: number; notApplicable: number }

/** How many steps of each phase there are and how they stand; `total` leaves out what was said not to apply, `open` counts what still waits. */
export function phaseCounts(facts: Pick<RotationFacts, 'steps'>): Record<StepPhase, StepCounts> {
  const of = (phase: StepPhase): StepCounts => {
    const steps = facts.steps.filter((step) => step.phase === phase)
    const count = (...states: StepState[]) => steps.filter(({ state }) => states.includes(state)).length
    const notApplicable = count('not_applicable')
    return {
      total: steps.length - notApplicable,
      done: count('done'),
      open: count('open', 'waiting'),
      failed: count('failed'),
      notApplicable,
    }
  }
  return { prerequisite: of('prerequisite'), before: of('before'), during: of('during'), after: of('after'), rollback: of('rollback') }
}

/** A state that the runbook names, and since when it holds; `applies` is false where its step is not part of this plan. */
export type ReachedState = { id: string; title: string; applies: boolean; at: Date | null }

/** The runbook's named states with the instants at which recorded steps reached them (003.17). One without a step holds from the opening. */
export function statesReached(facts: Pick<RotationFacts, 'plan' | 'steps' | 'openedAt'>): ReachedState[] {
  return facts.plan.states.map(({ id, title, after }) => {
    if (after === null) return { id, title, applies: true, at: facts.openedAt }
    const step = facts.steps.find((each) => each.id === after)
    return {
      id,
      title,
      applies: step !== undefined && step.state !== 'not_applicable',
      at: step?.state === 'done' ? (step.record?.at ?? null) : null,
    }
  })
}

/** Owner slots that still have to confirm: every one but the performer's, where all of them own it (000.22). */
export function openConfirmations(facts: Pick<RotationFacts, 'plan' | 'performer' | 'confirmations'>): RotationPlan['owners']['slots'] {
  if (facts.plan.owners.mode === 'any') return []
  return facts.plan.owners.slots.filter(({ id }) => id !== facts.performer?.slot && !facts.confirmations.some(({ owner }) => owner === id))
}

/** A step by its number and text, as the middle of a sentence. */
export const stepName = (step: RotationStep): string => `${step.number ? `${step.number} ` : ''}${step.text.replace(/\.$/, '')}`
