import type { Actor } from './context'
import { type Refusal, refuse } from './refusal'
import {
  isSettled,
  openStep,
  type RotationFacts,
  type RotationStep,
  type StepHow,
  type StepPhase,
  stepName,
  workablePhases,
} from './rotation'
import { whyNotBesidesApproval, whyNotOwner } from './rotation-owners'
import { whyNotRunning } from './rotation-state'

// What may be said of the one step that is open, and by whom.

/** What somebody says of a step. */
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
    return refuse('wrong_state', `One step is open at a time. ${stepName(next)} comes first.`, place)
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
