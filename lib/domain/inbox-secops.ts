import { type Candidate, openSlots } from './approval'
import { type Actor, holdsAny } from './context'
import type { Debt } from './debt'
import { type FallbackFacts, fallbackPhase, fallbackSlots, isExtensionAsked } from './fallback'
import { whyNotGrant, whyNotReview } from './fallback-guards'
import type { InboxItem } from './inbox-item'
import type { KeyStanding } from './key-standing'
import type { PromotionFacts } from './promotion'
import { openReviews, whyNotReview as whyNotReviewPromotion } from './promotion-review'
import { approvalSlots, openConfirmations, openStep, type RotationFacts, rotationPhase } from './rotation'
import { whyNotApprove, whyNotOpen } from './rotation-approval'
import { whyNotConfirm, whyNotStart } from './rotation-guards'
import { ownerSlotsFor, ownersOf } from './rotation-owners'
import { whyNotRecordStep } from './rotation-step'
import { type SecretAuditStanding, whyNotAudit } from './secret-audit'

type Person = Actor & Candidate

/** What SecOps, owners, approvers and commanders have on their table. Rotations are those that have not ended, fallback uses those that still owe something. */
export type SecopsFacts = {
  rotations: readonly RotationFacts[]
  keys: readonly KeyStanding[]
  fallbacks: readonly FallbackFacts[]
  debts: readonly Debt[]
  audits: readonly SecretAuditStanding[]
  /** Deployed emergency promotions that somebody still has to review. */
  emergencies: readonly PromotionFacts[]
}

/** What of rotations, keys, fallback uses and debts needs one person at an instant (ux.md, Inbox); the order is the inbox's. */
export function secopsItems(actor: Actor, facts: SecopsFacts, now: Date): InboxItem[] {
  const who = actor as Person
  return [
    ...facts.rotations.flatMap((rotation) => itemsOfRotation(who, rotation, now)),
    ...facts.keys.flatMap((standing) => itemsOfKeys(who, standing, now)),
    ...facts.fallbacks.flatMap((use) => itemsOfFallback(who, use, now)),
    ...facts.emergencies.flatMap((promotion) => itemsOfEmergency(who, promotion, facts.debts, now)),
    ...facts.debts.flatMap((debt) => itemsOfDebt(who, debt, facts, now)),
    ...facts.audits.flatMap((audit) => itemsOfAudit(who, audit, now)),
  ]
}

const NOTHING = { from: null, promotion: null, deployment: null, target: null, since: null, due: null } as const

function itemsOfRotation(who: Person, facts: RotationFacts, now: Date): InboxItem[] {
  const { name } = facts.system
  const item = (kind: InboxItem['kind'], title: string, why: string, more: Partial<InboxItem> = {}): InboxItem[] => [
    {
      ...NOTHING,
      key: `${kind} ${facts.id}`,
      kind,
      title,
      why,
      due: facts.window?.startsAt ?? (facts.dueAt !== null && facts.status === 'planned' ? facts.dueAt : null),
      since: facts.startedAt ?? facts.openedAt,
      risk: 3,
      system: facts.system,
      to: facts.profile.id,
      about: { kind: 'rotation', id: facts.id },
      ...more,
    },
  ]
  switch (rotationPhase(facts)) {
    case 'planned': {
      const slot = openSlots(approvalSlots(facts.ownership), facts.signOffs).find(
        ({ key }) => whyNotApprove(facts, key, who, facts.sealed?.hash ?? '', now) === null,
      )
      if (slot)
        return item('approve', `Approve the rotation of ${name}`, `${facts.title}, ${facts.id}. You approve as ${slot.title}.`, {
          target: slot.key,
        })
      return stepOf(who, facts, now, item)
    }
    case 'approved': {
      const owner = facts.plan.owners.slots.find(({ id }) => whyNotStart(facts, id, who, now) === null)
      if (owner) return item('rotate', `Rotate ${facts.title} of ${name}`, `${facts.id} is approved. You perform it as ${owner.title}.`)
      return stepOf(who, facts, now, item)
    }
    case 'in_progress':
    case 'rolling_back':
      return stepOf(who, facts, now, item)
    case 'verifying': {
      const owner = openConfirmations(facts).find(({ id }) => whyNotConfirm(facts, id, who, now) === null)
      if (owner)
        return item(
          'confirm',
          `Confirm the rotation of ${name}`,
          `${facts.performer?.name ?? 'Another owner'} performed ${facts.id}. You confirm as ${owner.title}.`,
        )
      return stepOf(who, facts, now, item)
    }
    default:
      return []
  }
}

/** The next step, for whoever performs; before the start, for people who could. */
function stepOf(
  who: Person,
  facts: RotationFacts,
  now: Date,
  item: (kind: InboxItem['kind'], title: string, why: string, more?: Partial<InboxItem>) => InboxItem[],
): InboxItem[] {
  const step = openStep(facts)
  const isPerformer = facts.performer === null || facts.performer.countsAsId === who.countsAsId
  if (who.kind !== 'person' || !isPerformer) return []
  const rolling = facts.status === 'rolling_back'
  const { name } = facts.system
  if (!step) {
    // Everything is recorded: what is left is the end.
    if (facts.performer === null || openConfirmations(facts).length > 0) return []
    const title = rolling ? `Finish rolling ${name} back` : `Complete the rotation of ${name}`
    return item(
      'step',
      title,
      rolling ? `Every step back of ${facts.id} is done.` : `${facts.id} is verified. It ends with the proof that the old key is retired.`,
    )
  }
  const why = whyNotRecordStep(facts, { step: step.id, state: 'failed', note: '-' }, who, now)
  if (why !== null) return []
  return item('step', rolling ? `Roll ${name} back` : `Go on with the rotation of ${name}`, `Next in ${facts.id}: ${step.text}`, {
    risk: rolling ? 6 : 3,
  })
}

/** Keys past their age, or nearly, that nobody rotates yet: for those who own them (000.18). */
function itemsOfKeys(who: Person, standing: KeyStanding, now: Date): InboxItem[] {
  const { ownership, state, rotation } = standing
  if (who.kind !== 'person' || rotation !== null || (state !== 'overdue' && state !== 'due_soon')) return []
  const system = { id: standing.system, name: standing.systemName }
  const owns = ownerSlotsFor(ownersOf(ownership), [], who, system.id, now).length > 0
  const watches = holdsAny(who, ['secops'], system.id, now)
  // What is due soon is for its owners; SecOps is asked when it is late.
  if ((!owns && !(watches && state === 'overdue')) || whyNotOpen(who, system, ownership, [], now) !== null) return []
  const late = state === 'overdue'
  return [
    {
      ...NOTHING,
      key: `rotate ${system.id} ${ownership.id}`,
      kind: 'plan',
      title: `Plan the rotation of ${system.name}, ${standing.title}`,
      why: standing.sentence,
      due: standing.dueAt,
      risk: late ? 4 : 1,
      system,
      to: standing.profile.id,
      about: { kind: 'key', id: ownership.id },
    },
  ]
}

function itemsOfFallback(who: Person, facts: FallbackFacts, now: Date): InboxItem[] {
  const base = {
    ...NOTHING,
    risk: 6,
    system: facts.system,
    to: facts.rule.profile.id,
    about: { kind: 'fallback', id: facts.id } as const,
  }
  const phase = fallbackPhase(facts, now)
  if (phase === 'requested' || isExtensionAsked(facts, now)) {
    const slot = openSlots(fallbackSlots(facts.rule), facts.signOffs).find(
      ({ key }) => whyNotGrant(facts, key, who, facts.sealed?.hash ?? '', now) === null,
    )
    if (!slot) return []
    const what = phase === 'requested' ? 'Decide on break-glass' : 'Decide on longer break-glass'
    return [
      {
        ...base,
        key: `grant ${facts.id} ${facts.sealed?.number ?? 0}`,
        kind: 'grant',
        title: `${what} on ${facts.system.name}`,
        why: `${facts.askedBy.name} asks for ${facts.id}: ${facts.reason ?? facts.rule.title}. You decide as ${slot.title}.`,
        target: slot.key,
        due: facts.askedUntil,
        since: facts.sealed?.sealedAt ?? facts.askedAt,
      },
    ]
  }
  return []
}

function itemsOfEmergency(who: Person, promotion: PromotionFacts, debts: readonly Debt[], now: Date): InboxItem[] {
  const slot = openReviews(promotion).find(({ key }) => whyNotReviewPromotion(promotion, key, who, now) === null)
  if (!slot) return []
  const debt = debts.find(({ kind, subject }) => kind === 'emergency_review' && subject.id === promotion.id)
  return [
    {
      ...NOTHING,
      key: `review ${promotion.id}`,
      kind: 'review',
      title: `Review the emergency ${promotion.system.name} ${promotion.release.version}`,
      why: `${promotion.id} went to ${promotion.edge.to} without the ordinary signatures. You review as ${slot.title}.`,
      due: debt?.dueAt ?? null,
      since: debt?.since ?? null,
      risk: 3,
      system: promotion.system,
      from: promotion.edge.from,
      to: promotion.edge.to,
      promotion: promotion.id,
      target: slot.key,
      about: { kind: 'promotion_review', id: promotion.id },
    },
  ]
}

const DEBT_VERB: Record<Debt['kind'], string | null> = {
  clean_up: 'Clean up after',
  rotate: 'Rotate what was exposed by',
  review: 'Review',
  postmortem: 'Say where the postmortem is of',
  skipped_gate: 'Bring what was skipped by',
  emergency_review: null, // has an item of its own, by slot
}

/** Debts that somebody's role can pay. A review is theirs only if they had no part in what it is about. */
function itemsOfDebt(who: Person, debt: Debt, facts: SecopsFacts, now: Date): InboxItem[] {
  const verb = DEBT_VERB[debt.kind]
  if (who.kind !== 'person' || verb === null || !holdsAny(who, debt.roles, debt.system, now)) return []
  if (debt.kind === 'review') {
    const use = facts.fallbacks.find(({ id }) => id === debt.subject.id)
    if (!use || whyNotReview(use, who, now) !== null) return []
  }
  const system = facts.keys.find(({ system: id }) => id === debt.system)
  return [
    {
      ...NOTHING,
      key: `${debt.kind} ${debt.subject.id} ${debt.what}`,
      kind: debt.kind === 'review' ? 'review' : 'pay',
      title: `${verb} ${debt.subject.id}`,
      why: debt.sentence,
      due: debt.dueAt,
      since: debt.since,
      risk: 4,
      system: { id: debt.system, name: system?.systemName ?? debt.system },
      to: debt.profile,
      promotion: debt.subject.kind === 'promotion' ? debt.subject.id : null,
      about:
        debt.subject.kind === 'promotion' ? { kind: 'promotion', id: debt.subject.id } : { kind: debt.subject.kind, id: debt.subject.id },
    },
  ]
}

function itemsOfAudit(who: Person, audit: SecretAuditStanding, now: Date): InboxItem[] {
  if (!audit.due) return []
  const system = { id: audit.system, name: audit.systemName }
  const facts = { system, profile: audit.profile.id, rule: audit.rule, rotation: null, since: [] }
  if (who.kind !== 'person' || whyNotAudit(facts, { nextDueAt: null }, who, now) !== null) return []
  return [
    {
      ...NOTHING,
      key: `audit ${audit.system} ${audit.profile.id}`,
      kind: 'audit',
      title: `Audit the secret handling of ${system.name}`,
      why: audit.sentence,
      due: audit.dueAt,
      risk: 2,
      system,
      to: audit.profile.id,
      about: { kind: 'audit', id: audit.profile.id },
    },
  ]
}
