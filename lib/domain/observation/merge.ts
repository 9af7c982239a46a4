import type { Policy } from '../policy/schema'
import type { Explanations } from './context'
import type { CurrentFact, ObservationFacts } from './facts'

/** An observation that was recorded. */
export type RecordedObservation = {
  id: string
  profile: string
  instance: string
  source: string
  facts: ObservationFacts
  recordedAt: Date
}

/**
 * The rows that an observation changes: of its profile and instance, one for each section it reports. Checks, snapshots and changes of files are added to what
 * is known; every other section is replaced. `current`: the rows of that profile and instance (others are ignored).
 */
export function mergeFacts(
  policy: Policy,
  current: readonly CurrentFact[],
  observation: RecordedObservation,
  explained: Explanations,
): CurrentFact[] {
  throw new Error(`not yet: ${policy.system.slug} ${current.length} ${observation.id} ${explained.changes.length}`)
}
