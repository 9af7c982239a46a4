import { type ApprovalFacts, type ApprovalSlot, type Candidate, whyNotSign } from './approval'
import { approvalFacts, type PromotionFacts } from './promotion'
import { type Refusal, refuse } from './refusal'

/** States in which an emergency promotion was put on its profile, or tried to be: from there on it owes its review. */
const REVIEWABLE = ['deployed', 'failed', 'rolled_back'] as const

/**
 * The review of an emergency promotion as the one engine sees it: the ordinary slots, in any order; neither who opened it nor who signed it in the
 * emergency, and contributors as the policy says (T02). A role counts as it is held now: nothing is sealed for a review.
 */
export function reviewFacts(facts: PromotionFacts, now: Date): ApprovalFacts {
  const approval = approvalFacts(facts, now)
  const ownActs = new Map(approval.ownActs)
  for (const signOff of facts.signOffs.filter(({ decision }) => decision === 'approve')) {
    const title = facts.edge.signOff.slots.find(({ id }) => id === signOff.slotKey)?.title ?? signOff.slotKey
    ownActs.set(signOff.signerId, `signed this emergency promotion as ${title}`)
  }
  return {
    ...approval,
    noun: 'this emergency promotion',
    slots: (facts.emergency?.ordinary ?? []).map((slot): ApprovalSlot => ({ ...slot, last: false })),
    ownActs,
    sealedAt: now,
    signOffs: (facts.emergency?.reviews ?? []).map(({ slotKey, by }) => ({
      slotKey,
      signerId: by.id,
      signerName: by.name,
      decision: 'approve',
    })),
  }
}

/** Why somebody may not review an emergency promotion in an ordinary slot now; null when they may. The same answer for screen and write. */
export function whyNotReview(facts: PromotionFacts, slotKey: string, who: Candidate, now: Date): Refusal | null {
  if (!facts.emergency)
    return refuse('wrong_state', `${facts.id} is not an emergency promotion. It was signed before it was deployed, so it owes no review.`)
  if (!REVIEWABLE.some((status) => status === facts.status))
    return refuse(
      'wrong_state',
      facts.status === 'open'
        ? `${facts.id} has not been deployed yet. The ordinary signers review it afterwards.`
        : `${facts.id} is ${facts.status.replace('_', ' ')} and was never deployed, so it owes no review.`,
    )
  const taken = facts.emergency.reviews.find((review) => review.slotKey === slotKey)
  const slot = facts.emergency.ordinary.find(({ key }) => key === slotKey)
  if (taken && slot)
    return refuse(
      'conflict',
      taken.by.id === who.id
        ? `You have already reviewed it as ${slot.title}.`
        : `${taken.by.name} has already reviewed it as ${slot.title}. Nothing of yours was recorded.`,
    )
  const other = facts.emergency.reviews.find(({ by }) => by.id === who.id)
  if (other) {
    const title = facts.emergency.ordinary.find(({ key }) => key === other.slotKey)?.title ?? other.slotKey
    return refuse('separation_of_duties', `You have reviewed it as ${title}. One person, one slot.`)
  }
  return whyNotSign(slotKey, who, reviewFacts(facts, now), now)
}

/** The ordinary slots that nobody has reviewed in yet, while the promotion owes it. */
export function openReviews(facts: Pick<PromotionFacts, 'emergency' | 'status'>): ApprovalSlot[] {
  const { emergency } = facts
  if (!emergency || !REVIEWABLE.some((status) => status === facts.status)) return []
  return emergency.ordinary.filter(({ key }) => !emergency.reviews.some(({ slotKey }) => slotKey === key))
}
