import { canonicalText, sha256Hex } from './canonical'
import { membersWithNewKeys, ownershipMembers } from './ownership'
import { resolveManagerKey } from './policy/resolve'
import type { Policy, PolicyCondition, PolicyItem, PolicyOwnership, PolicyRunbook } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import type { PlanSecret, PlanStep, RotationPlan } from './rotation'
import { BUILT_IN_RUNBOOKS } from './rotation-runbooks'

/** The runbook a rule is done by: the policy's own, else ours for the method (marked as assumed). */
export function runbookOf(
  policy: Policy,
  ownership: PolicyOwnership,
): { runbook: Partial<PolicyRunbook> & Pick<PolicyRunbook, 'id' | 'title' | 'items' | 'rollbackTriggers' | 'states'>; assumed: boolean } {
  const own = policy.runbooks.find(({ id }) => id === ownership.runbook)
  return own ? { runbook: own, assumed: own.assumed === true } : { runbook: BUILT_IN_RUNBOOKS[ownership.method], assumed: true }
}

/** What a rule rotates, or the chosen ones of it, in the order of the rule; of a shifted pair the first gets the new key. */
export function planSecrets(policy: Policy, ownership: PolicyOwnership, chosen?: readonly string[]): PlanSecret[] {
  const members = ownershipMembers(policy, ownership).filter(({ id }) => chosen === undefined || chosen.includes(id))
  const fresh = membersWithNewKeys(
    ownership.method,
    members.map(({ id }) => id),
  )
  return members.map((mapping) => ({
    mapping: mapping.id,
    managerKey: resolveManagerKey(mapping, ownership.profile),
    variable: mapping.variable,
    brings: fresh.includes(mapping.id),
  }))
}

/** Why some secrets of a rule cannot be rotated alone: they are not the rule's, or belong to a group that is rotated together (000.15, 000.17). */
export function whyNotTogether(policy: Policy, ownership: PolicyOwnership, chosen: readonly string[] | undefined): Refusal | null {
  const members = ownershipMembers(policy, ownership).map(({ id }) => id)
  if (members.length === 0)
    return refuse('policy_forbids', `The rule ${ownership.id} names no secrets of ${ownership.profile}.`, { place: 'rule' })
  if (chosen === undefined) return null
  const foreign = chosen.filter((id) => !members.includes(id))
  if (foreign.length > 0)
    return refuse('invalid', `${foreign.join(', ')} is not rotated by ${ownership.id}. It rotates ${members.join(', ')}.`, {
      place: 'secrets',
    })
  for (const group of policy.secrets.groups.filter(({ pairing }) => pairing === 'rotate-together')) {
    const missing = group.members.filter((id) => !chosen.includes(id))
    if (missing.length === 0 || missing.length === group.members.length) continue
    const names = missing.map((id) => policy.secrets.mappings.find((mapping) => mapping.id === id)?.variable ?? id)
    // The rule about a group stands where the group does in the document.
    const rules = policy.rotation.rules.filter(
      ({ level, source }) => level === 'forbidden' && source?.document === group.source?.document && source?.place === group.source?.place,
    )
    const words = [...rules.map(({ text }) => text), group.text]
    return refuse('policy_forbids', `${words.join(' ')} Rotate ${names.join(' and ')} with it.`, { place: 'secrets', details: words })
  }
  return null
}

/**
 * Why secrets cannot be rotated under a rule now: an open rotation under another rule of the profile has one of them. What one brings the other would
 * take for the old key. (A second one under the same rule is refused by the index.)
 */
export function whyNotRotatedElsewhere(
  planned: readonly Pick<PlanSecret, 'mapping' | 'variable'>[],
  rule: Pick<PolicyOwnership, 'id' | 'profile'>,
  open: readonly { id: string; ownershipKey: string; mappingKeys: readonly string[] }[],
): Refusal | null {
  for (const other of open.filter(({ ownershipKey }) => ownershipKey !== rule.id)) {
    const both = planned.filter(({ mapping }) => other.mappingKeys.includes(mapping)).map(({ variable }) => variable)
    if (both.length > 0)
      return refuse(
        'conflict',
        `${other.id} rotates ${both.join(' and ')} on ${rule.profile} under another rule and is not over. Finish that one first.`,
        { place: 'secrets' },
      )
  }
  return null
}

function holds(when: PolicyCondition | undefined, profile: string, phase: string | null): boolean {
  if (when?.profiles && !when.profiles.includes(profile)) return false
  return !when?.phases || (phase !== null && when.phases.includes(phase))
}

/** The sentence of the rule that keeps a way from a profile; null where it may be taken. What is forbidden there says why (000.23 against 003). */
function refusedWay(policy: Policy, variant: PolicyItem['variants'][number], profile: string): string | null {
  if (holds(variant.when, profile, policy.phases?.current ?? null)) return null
  const forbidden = policy.secrets.rules.filter(
    ({ level, profiles }) => level === 'forbidden' && (profiles === undefined || profiles.includes(profile)),
  )
  return [`${variant.title}: ${variant.when?.text ?? 'not here'}, so not on ${profile}.`, ...forbidden.map(({ text }) => text)].join(' ')
}

function toStep(policy: Policy, item: PolicyItem, profile: string): PlanStep {
  const isComputed = item.when?.profiles !== undefined || item.when?.phases !== undefined
  return {
    id: item.id,
    number: item.number ?? null,
    phase: item.phase,
    group: item.group ?? null,
    text: item.text,
    asks: item.when && !isComputed ? item.when.text : null,
    command: item.command ?? null,
    workingDirectory: item.workingDirectory ?? null,
    expected: item.expected ?? null,
    evidence: item.evidence,
    byHand: item.byHand ? { allowed: item.byHand.allowed, text: item.byHand.text } : null,
    does: [...item.does],
    variants: item.variants.map((variant) => ({
      id: variant.id,
      title: variant.title,
      command: variant.command ?? null,
      when: variant.when?.text ?? null,
      refused: refusedWay(policy, variant, profile),
    })),
    captures: item.captures?.what ?? null,
    records: item.records ?? null,
    refersTo: item.refersTo ?? null,
    derived: item.derived ?? null,
  }
}

const ORDER: readonly PlanStep['phase'][] = ['prerequisite', 'before', 'during', 'after', 'rollback']

/** The steps of a rule on its profile: those whose conditions hold there, phase by phase (003.5). One brings the new keys, even where the runbook names none. */
export function planSteps(policy: Policy, ownership: PolicyOwnership): PlanStep[] {
  const { runbook } = runbookOf(policy, ownership)
  const items = runbook.items.filter(({ when }) => holds(when, ownership.profile, policy.phases?.current ?? null))
  const steps = ORDER.flatMap((phase) => items.filter((item) => item.phase === phase)).map((item) =>
    toStep(policy, item, ownership.profile),
  )
  const during = steps.filter(({ phase }) => phase === 'during')
  const last = during.at(-1)
  return during.some(({ records }) => records === 'new-key')
    ? steps
    : steps.map((step) => (step === last ? { ...step, records: 'new-key' } : step))
}

export type PlanInput = {
  id: string
  number: number
  policy: { number: number; hash: string; policy: Policy }
  ownership: PolicyOwnership
  cause: RotationPlan['cause']
  reason: string | null
  incident: string | null
  dueAt: Date | null
  secrets: readonly string[] | undefined
  variant: string | null
  window: { startsAt: Date; endsAt: Date } | null
}

/** The plan as it would be sealed: what, how, by whom, and who has to approve. */
export function buildPlan({
  id,
  number,
  policy: version,
  ownership,
  cause,
  reason,
  incident,
  dueAt,
  secrets,
  variant,
  window,
}: PlanInput): RotationPlan {
  const { policy } = version
  const { runbook, assumed } = runbookOf(policy, ownership)
  return {
    v: 1,
    rotation: id,
    number,
    system: policy.system.slug,
    profile: ownership.profile,
    policy: { version: version.number, hash: version.hash },
    rule: ownership.id,
    method: ownership.method,
    cause,
    reason,
    incident,
    dueAt: dueAt?.toISOString() ?? null,
    secrets: planSecrets(policy, ownership, secrets),
    variant,
    window: window && { startsAt: window.startsAt.toISOString(), endsAt: window.endsAt.toISOString() },
    runbook: {
      id: runbook.id,
      title: runbook.title,
      assumed,
      expected: runbook.window?.expected ?? null,
      notice: runbook.window?.text ?? null,
    },
    steps: planSteps(policy, ownership),
    triggers: runbook.rollbackTriggers.map(({ id: trigger, text }) => ({ id: trigger, text })),
    onFailure: { postmortem: runbook.onFailure?.postmortem ?? null, text: runbook.onFailure?.text ?? null },
    states: runbook.states.map((state) => ({ id: state.id, title: state.title, after: state.after ?? null })),
    owners: {
      mode: ownership.owners.mode,
      slots: ownership.owners.slots.map((slot) => ({ id: slot.id, title: slot.title, roles: [...slot.roles], agents: [...slot.agents] })),
    },
    slots: ownership.approval.slots.map((slot) => ({
      id: slot.id,
      title: slot.title,
      roles: [...slot.roles],
      last: slot.order === 'last',
    })),
  }
}

/** The canonical text of a plan and its SHA-256: what an approval names. */
export function sealPlan(plan: RotationPlan): { canonical: string; hash: string } {
  const canonical = canonicalText(plan, { depth: 8 })
  return { canonical, hash: sha256Hex(canonical) }
}

/** Every way that the steps of a rule offer for the whole rotation: a platform rather than an answer to one step (003.9). */
export function offeredVariants(steps: readonly Pick<PlanStep, 'variants'>[]): PlanStep['variants'] {
  const all = steps.flatMap(({ variants }) => variants)
  return all.filter((variant, index) => all.findIndex(({ id }) => id === variant.id) === index)
}

/** Why a way cannot be planned: the runbook does not offer it, or a rule keeps it from this profile. */
export function whyNotPlanVariant(steps: readonly Pick<PlanStep, 'variants'>[], variant: string | undefined): Refusal | null {
  if (variant === undefined) return null
  const offered = offeredVariants(steps)
  const found = offered.find(({ id }) => id === variant)
  if (!found) {
    const open = offered.filter(({ refused }) => refused === null).map(({ id }) => id)
    return refuse(
      'invalid',
      open.length === 0 ? 'This runbook offers no ways to choose from.' : `This runbook offers ${open.join(', ')}.`,
      {
        place: 'variant',
      },
    )
  }
  return found.refused === null ? null : refuse('policy_forbids', found.refused, { place: 'variant' })
}
