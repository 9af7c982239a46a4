import 'server-only'
import type { Tx } from './client'
import { type LoadedPolicy, loadActivePolicy, loadPolicyVersion } from './load-policy'

// Which version was active when this process last looked.
const guesses = new Map<string, string>()

/**
 * The active policy version of a system as far as this process knows: no statement, once it has looked. Whoever builds on it checks under the system's lock that
 * it still is, and `learnActive`s otherwise. Refuses `not_found` where none was applied.
 */
export async function guessActivePolicy(tx: Tx, systemId: string): Promise<LoadedPolicy> {
  const guess = guesses.get(systemId)
  if (guess !== undefined) return loadPolicyVersion(tx, guess)
  const active = await loadActivePolicy(tx, systemId)
  guesses.set(systemId, active.id)
  return active
}

/** Looks again which version is active; true when the guess was another. */
export async function learnActive(tx: Tx, systemId: string): Promise<boolean> {
  const { id } = await loadActivePolicy(tx, systemId)
  const isNews = guesses.get(systemId) !== id
  guesses.set(systemId, id)
  return isNews
}
