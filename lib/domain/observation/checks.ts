import { durationMs } from '../duration'
import { gatesInto } from '../policy/resolve'
import type { Policy, PolicyCell, PolicyProfile } from '../policy/schema'
import type { FactsOf } from './facts'
import { deviates, type Judged, met, type RuleJudged, stale, unknown, weight, worst } from './judged'
import type { Scope } from './scope'

type Result = FactsOf['checks'][number]

/** A check that the policy knows on a profile: the words it is reported by, and how strongly what it checks binds. */
type KnownCheck = {
  text: string
  names: Set<string>
  level: PolicyCell['level']
  bound: boolean
  /** The longest that a rule lets its result stand, in milliseconds; null: as long as facts stay good. */
  withinMs: number | null
}

const known = new WeakMap<Policy, Map<string, KnownCheck[]>>()

function knownChecks(policy: Policy, profile: string): readonly KnownCheck[] {
  const byProfile = known.get(policy) ?? new Map<string, KnownCheck[]>()
  known.set(policy, byProfile)
  const cached = byProfile.get(profile)
  if (cached) return cached
  const checks = new Map<string, KnownCheck>()
  const add = (text: string, id: string | null, level: PolicyCell['level'], bound: boolean, within?: string) => {
    const check = checks.get(text) ?? { text, names: new Set([text]), level, bound, withinMs: null }
    if (id !== null) check.names.add(id)
    const withinMs = within === undefined ? check.withinMs : Math.max(check.withinMs ?? 0, durationMs(within))
    checks.set(text, { ...check, bound: check.bound || bound, withinMs })
  }
  for (const { id, check, observed, cells } of policy.constraints) {
    const cell = cells[profile]
    if (!cell) continue
    if (check !== undefined) add(check, id, cell.level, false)
    for (const each of observed) if (each.by === 'check') add(each.check, null, cell.level, true, each.within)
  }
  for (const { gate } of gatesInto(policy, profile)) {
    const level = gate.blocking ? 'required' : 'recommended'
    if (gate.command !== undefined) add(gate.command, gate.id, level, false)
    for (const each of gate.observed) if (each.by === 'check') add(each.check, null, level, true, each.within)
  }
  const made = [...checks.values()]
  byProfile.set(profile, made)
  return made
}

/**
 * What a check said on a profile: its newest result on each runtime, the worst of those that are young enough. `withinMs` null: as long as facts stay good.
 * A check may be reported by its exact command or by the id of the rule it belongs to.
 */
export function checkOn(scope: Scope, profile: PolicyProfile, text: string, withinMs: number | null, level?: PolicyCell['level']): Judged {
  const check = knownChecks(scope.policy, profile.id).find((each) => each.text === text)
  const names = check?.names ?? new Set([text])
  const maxAge = withinMs ?? scope.staleMs
  const wrong = weight(scope.policy, profile, level ?? check?.level ?? 'required')
  const results = scope.seen(profile.id, 'checks').rows.flatMap(({ instance, facts }) => {
    const newest = facts.filter((each) => names.has(each.check)).reduce<Result | null>(newer, null)
    return newest ? [{ instance, seenAt: new Date(newest.at), ...newest }] : []
  })
  if (results.length === 0) return unknown()
  const young = results.filter(({ seenAt }) => seenAt.getTime() + maxAge > scope.now.getTime())
  const judged = (young.length > 0 ? young : results).map((result): Judged => {
    const words = `${result.ok ? 'Passed' : 'Failed'}${result.summary === undefined ? '' : `: ${result.summary}`}`
    if (young.length === 0) return stale(result, words)
    return result.ok ? met(result, words) : deviates(result, wrong, words)
  })
  return worst(judged)
}

/** The later result of a check; of two at one instant the failing one. */
function newer(one: Result | null, other: Result): Result {
  if (one === null || other.at > one.at) return other
  return other.at === one.at && !other.ok ? other : one
}

/** Checks of the policy that were reported on a profile, or that a rule is bound to (000.8, 000.26). */
export function judgeChecks(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  return knownChecks(scope.policy, profile.id).flatMap(({ text, bound, withinMs }): RuleJudged[] => {
    const judged = checkOn(scope, profile, text, withinMs)
    return bound || judged.state !== 'unknown' ? [[`check.${text}`, judged]] : []
  })
}

/** How long a result of a binding stays good. */
export const withinOf = (within: string | undefined): number | null => (within === undefined ? null : durationMs(within))
