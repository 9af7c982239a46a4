import { type Actor, holdsAny } from './context'
import { type PromotionFacts, promotionPhase, whyNotOpenState } from './promotion'
import { type Refusal, refuse } from './refusal'

/** Why somebody may not edit the summary of a promotion's release notes: a Release Manager in person, and until the last signature seals them. */
export function whyNotEditSummary(facts: PromotionFacts, actor: Actor, now: Date): Refusal | null {
  if (actor.kind !== 'person' || !holdsAny(actor, ['release_manager'], facts.system.id, now)) {
    return refuse('not_allowed', `Only a Release Manager of ${facts.system.name} edits the summary.`)
  }
  const state = whyNotOpenState(facts)
  if (state) return state
  return promotionPhase(facts, now) === 'approved'
    ? refuse('wrong_state', 'These notes were sealed by the last signature. Later facts are added as addenda.')
    : null
}
