import { type FallbackFacts, fallbackPhase } from './fallback'
import type { RotationFacts } from './rotation'

/** What every page of a system says until it ends: the glass is open there, or a rotation is half done (ux.md section 10; issue 3, section 2). */
export type Alert = {
  kind: 'glass' | 'rotation'
  id: string
  system: { id: string; name: string }
  profile: string
  since: Date
  /** When the glass closes by itself; null for a rotation. */
  until: Date | null
  /** A rotation on its way back. */
  isRollingBack: boolean
}

/**
 * The alerts at an instant, the oldest first. A rotation is half done from the step that brought new keys (or from the start of its way back) until it
 * ends; a fallback use is open until it is given back or its time has come.
 */
export function alertsOf(facts: { rotations: readonly RotationFacts[]; fallbacks: readonly FallbackFacts[] }, now: Date): Alert[] {
  const glass = facts.fallbacks
    .filter((use) => fallbackPhase(use, now) === 'open')
    .map(
      (use): Alert => ({
        kind: 'glass',
        id: use.id,
        system: use.system,
        profile: use.rule.profile.id,
        since: use.grantedAt ?? use.askedAt,
        until: use.expiresAt,
        isRollingBack: false,
      }),
    )
  const rotations = facts.rotations
    .filter(
      ({ status, steps }) =>
        status === 'rolling_back' ||
        ((status === 'in_progress' || status === 'verifying') && steps.some(({ state, record }) => state === 'done' && record?.newKeys)),
    )
    .map(
      (rotation): Alert => ({
        kind: 'rotation',
        id: rotation.id,
        system: rotation.system,
        profile: rotation.profile.id,
        since: rotation.startedAt ?? rotation.openedAt,
        until: null,
        isRollingBack: rotation.status === 'rolling_back',
      }),
    )
  return [...glass, ...rotations].sort((a, b) => a.since.getTime() - b.since.getTime())
}
