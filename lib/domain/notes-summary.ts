import { isFullyApproved } from './approval'
import { type Actor, holdsAny } from './context'
import { movedOf, type PromotionFacts, slotsOf, whyNotOpenState } from './promotion'
import { type Refusal, refuse } from './refusal'

/** Why somebody may not edit the summary of a promotion's release notes: a Release Manager in person, and until the last signature seals them. */
export function whyNotEditSummary(facts: PromotionFacts, actor: Actor, now: Date): Refusal | null {
  if (actor.kind !== 'person' || !holdsAny(actor, ['release_manager'], facts.system.id, now)) {
    return refuse('not_allowed', `Only a Release Manager of ${facts.system.name} edits the summary.`)
  }
  const state = whyNotOpenState(facts)
  if (state) return state
  // Not by the phase: what was approved and waits for fresh evidence has sealed notes all the same.
  const isSigned = facts.sealed !== null && movedOf(facts).length === 0 && isFullyApproved(slotsOf(facts.edge), facts.signOffs)
  return isSigned ? refuse('wrong_state', 'These notes were sealed by the last signature. Later facts are added as errata.') : null
}
