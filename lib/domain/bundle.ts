import { type Actor, holdsAny } from './context'
import { type Refusal, refuse } from './refusal'

/** What bundle approval depends on. `registeredForId` is the person whose act the registration counts as. */
export type BundleFacts = { version: string; registeredById: string; registeredForId: string; approvedAt: Date | null }

/** Why somebody may not approve a release's bundle: a Release Manager in person, not whoever registered it, and once (000.5, T02). */
export function whyNotApproveBundle(facts: BundleFacts, actor: Actor, system: { id: string; name: string }, now: Date): Refusal | null {
  if (actor.kind !== 'person' || actor.token) return refuse('not_allowed', 'A release bundle is approved by a person in the browser.')
  if (!holdsAny(actor, ['release_manager'], system.id, now))
    return refuse('not_allowed', `Only a Release Manager of ${system.name} approves a release bundle.`)
  if (facts.approvedAt) return refuse('conflict', `The bundle of ${facts.version} is already approved.`)
  if ([facts.registeredById, facts.registeredForId].includes(actor.countsAsId) || facts.registeredById === actor.id) {
    return refuse('separation_of_duties', `You registered ${facts.version}, so another Release Manager approves its bundle.`)
  }
  return null
}
