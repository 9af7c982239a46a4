import type { PolicyProfile } from '../policy/schema'
import { deviates, type Judged, met, type RuleJudged, type Seen, unknown, weight, worst } from './judged'
import { aged, type Scope } from './scope'

type Named = Seen & { name: string }

/** Names of the isolated resources of every profile, as runtimes report them. */
export type IsolatedNames = { of: (profile: string, resource: string) => readonly Named[]; fresh: (profile: string) => boolean }

export function isolatedNames(scope: Scope): IsolatedNames {
  const names = new Map<string, Named[]>()
  for (const { id: profile } of scope.policy.profiles)
    for (const row of scope.seen(profile, 'isolation').rows)
      for (const { resource, name } of row.facts) {
        const key = `${profile}\n${resource}`
        names.set(key, [...(names.get(key) ?? []), { name, instance: row.instance, seenAt: row.seenAt }])
      }
  return {
    of: (profile, resource) => names.get(`${profile}\n${resource}`) ?? [],
    fresh: (profile) => scope.seen(profile, 'isolation').fresh,
  }
}

const bare = (name: string): string => (name.length > 1 ? name.replace(/[\\/]+$/, '') : name)

/** Whether two names mean one thing, or one path lies within the other: then state is shared. */
export function isShared(one: string, other: string): boolean {
  const [a, b] = [bare(one), bare(other)]
  if (a === b) return true
  if (!a.startsWith('/') || !b.startsWith('/')) return false
  return a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}

/** Whether a name is what the policy writes for the profile: "..." at its end stands for anything below, a remark in parentheses is no name. */
export function isExpected(written: string | undefined, name: string): boolean {
  if (written === undefined || /^\(.*\)$/.test(written)) return true
  if (!written.endsWith('...')) return bare(written) === bare(name)
  const start = written.slice(0, -3)
  return name.startsWith(start) || bare(name) === bare(start)
}

/**
 * What each profile has for itself: the same database, path, container, agent or access policy on two profiles deviates on both, and so does a name other than
 * the one the policy writes (004.4, 002.42).
 */
export function judgeIsolation(scope: Scope, profile: PolicyProfile, names: IsolatedNames): RuleJudged[] {
  const { policy } = scope
  const others = policy.profiles.filter(({ id }) => id !== profile.id)
  return policy.isolation.resources.map((resource): RuleJudged => {
    const rule = `isolation.${resource.id}`
    const reported = names.of(profile.id, resource.id)
    if (reported.length === 0) return [rule, unknown()]
    const judged = reported.map((own): Judged => {
      const sharing = resource.unique
        ? others.find(({ id }) => names.of(id, resource.id).some(({ name }) => isShared(own.name, name)))
        : undefined
      if (sharing) return deviates(own, weight(policy, profile, 'forbidden'), `${own.name}, shared with ${sharing.name}`)
      if (!isExpected(resource.values[profile.id], own.name)) return deviates(own, weight(policy, profile, 'required'), own.name)
      return met(own, own.name)
    })
    return [rule, aged(worst(judged), names.fresh(profile.id))]
  })
}
