import { type Refusal, refuse } from './refusal'
import type { RotationFacts } from './rotation'

// Why not, by where a rotation stands.

/** Why a rotation cannot be worked on because it has ended. */
export function whyNotRunning(facts: Pick<RotationFacts, 'id' | 'status'>): Refusal | null {
  return ['completed', 'rolled_back', 'cancelled'].includes(facts.status)
    ? refuse('wrong_state', `${facts.id} is ${facts.status.replace('_', ' ')}. Nothing of it changes any more; open another rotation.`)
    : null
}

/** Why a plan cannot be touched: it is being carried out, or the rotation has ended. */
export function whyNotPlanned(facts: Pick<RotationFacts, 'id' | 'status'>): Refusal | null {
  return (
    whyNotRunning(facts) ??
    (facts.status === 'planned' ? null : refuse('wrong_state', `${facts.id} has started, so its plan stands as it is.`))
  )
}

/** Why a window cannot be used: it has passed. */
export function whyNotWindow(window: { endsAt: Date } | null, now: Date): Refusal | null {
  return window && window.endsAt <= now
    ? refuse('outside_window', 'The window has passed. Plan another one, or none; what was approved is then approved again.', {
        place: 'windowEndsAt',
      })
    : null
}
