import { durationMs } from '../duration'
import type { Policy } from '../policy/schema'
import type { CurrentFact } from './facts'

/** How long the facts of a runtime that reports no more are kept beside those of others, in milliseconds: a week. */
export const KEPT_MS = 7 * 86_400_000

/**
 * Facts that say nothing any more: not seen for a week, while another runtime of the profile reports the same section freshly. Runtimes whose names change with
 * every start would otherwise pile up. The last word on a profile is never among them, however old it is (domain.md 5).
 */
export function forgottenFacts(policy: Policy, facts: readonly CurrentFact[], now: Date): CurrentFact[] {
  const fresh = now.getTime() - durationMs(policy.observations.staleAfter)
  const reported = new Set(facts.filter(({ seenAt }) => seenAt.getTime() >= fresh).map(({ profile, section }) => `${profile}\n${section}`))
  const oldest = Math.min(fresh, now.getTime() - KEPT_MS)
  return facts.filter(({ profile, section, seenAt }) => seenAt.getTime() < oldest && reported.has(`${profile}\n${section}`))
}
