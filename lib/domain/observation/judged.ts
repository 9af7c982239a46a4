import { SEVERITIES, type Severity } from '../finding'
import { isProductionLike } from '../policy/resolve'
import type { Policy, PolicyCell, PolicyProfile } from '../policy/schema'
import { RULE_STATES, type RuleVerdict } from './verdict'

/** What reported facts say of a rule, or of several that are judged together (a gate, a cell), without saying which rule. */
export type Judged = Pick<RuleVerdict, 'state' | 'severity' | 'observed' | 'seenAt' | 'instance'> & { causes: readonly string[] }

/** Where a fact was seen. */
export type Seen = { instance: string; seenAt: Date }

/** A rule by its key, and what facts say of it. */
export type RuleJudged = readonly [rule: string, judged: Judged]

const said = (state: Judged['state'], severity: Severity, observed: string, seen: Seen | null): Judged => ({
  state,
  severity,
  observed,
  seenAt: seen?.seenAt ?? null,
  instance: seen?.instance ?? null,
  causes: [],
})

export const met = (seen: Seen | null, observed: string): Judged => said('met', 'note', observed, seen)
export const deviates = (seen: Seen | null, severity: Severity, observed: string): Judged => said('deviates', severity, observed, seen)
export const stale = (seen: Seen | null, observed: string): Judged => said('stale', 'note', observed, seen)
export const unknown = (observed = 'Nobody reported it.'): Judged => said('unknown', 'note', observed, null)

const rank = ({ state, severity }: Judged): number => RULE_STATES.indexOf(state) * SEVERITIES.length + SEVERITIES.indexOf(severity)
const words = ({ instance, observed }: Judged): string => `${instance ?? ''}\n${observed}`

/** Which of two is worse: by state, then weight; then what was seen longer ago; then by name, so that the order of facts never matters. */
function compare(one: Judged, other: Judged): number {
  const byWeight = rank(one) - rank(other)
  if (byWeight !== 0) return byWeight
  const byAge = (one.seenAt?.getTime() ?? 0) - (other.seenAt?.getTime() ?? 0)
  if (byAge !== 0) return byAge
  return words(one) < words(other) ? -1 : words(one) > words(other) ? 1 : 0
}

/** The worst of several; `unknown` of none. */
export function worst(all: readonly Judged[]): Judged {
  let found: Judged | null = null
  for (const each of all) if (found === null || compare(each, found) < 0) found = each
  return found ?? unknown()
}

/** The milder of two weights. */
export const milder = (one: Severity, other: Severity): Severity => (SEVERITIES.indexOf(one) > SEVERITIES.indexOf(other) ? one : other)

/**
 * How much a deviation from a rule of some level weighs on a profile: what is only recommended is a note; a production-like profile is held; elsewhere it is
 * held by what is forbidden or stands in a normative document (004.1), and warns otherwise.
 */
export function weight(policy: Policy, profile: PolicyProfile, level: PolicyCell['level']): Severity {
  if (level === 'recommended' || level === 'optional' || level === 'allowed') return 'note'
  return isProductionLike(profile.class) || level === 'forbidden' || policy.document.normative ? 'block' : 'warn'
}
