import type { Policy, PolicyVariable } from '../policy/schema'

/** Whether a value may come from where it came from; the sentence says why not. */
export type SourceVerdict = { allowed: true } | { allowed: false; sentence: string }

/** What a policy says of one source id: its words, the profiles it holds for (null: all), and its place in the order, lower wins. */
export type KnownSource = { id: string; text: string; profiles: readonly string[] | null; rank: number; possibleLater: boolean }

const known = new WeakMap<Policy, ReadonlyMap<string, KnownSource>>()

/**
 * Every place a value may come from, by id: steps of the precedence in their order (002.16), injection sources (001.2), which rank with
 * the first step because they set explicit variables, and files, which rank with the second. An id that stands twice is the first one.
 */
export function knownSources(policy: Policy): ReadonlyMap<string, KnownSource> {
  const cached = known.get(policy)
  if (cached) return cached
  const { precedence, injection, files } = policy.config
  // A profile for which the policy describes no injection has no rule about it: an injected value there is not held against anybody.
  const described = new Set(injection.flatMap(({ profiles }) => profiles ?? []))
  const elsewhere = policy.profiles.map(({ id }) => id).filter((id) => !described.has(id))
  const all: KnownSource[] = [
    ...precedence.map(({ id, text, onlyIn }, rank) => ({ id, text, profiles: onlyIn ?? null, rank, possibleLater: false })),
    ...injection.map(({ id, text, profiles, status }) => ({
      id,
      text,
      profiles: profiles ? [...profiles, ...elsewhere] : null,
      rank: 0,
      possibleLater: status === 'possible-later',
    })),
    ...files.map(({ id, path, allowedIn }) => ({ id, text: path, profiles: allowedIn, rank: 1, possibleLater: false })),
  ]
  const made = new Map<string, KnownSource>()
  for (const each of all) if (!made.has(each.id)) made.set(each.id, each)
  known.set(policy, made)
  return made
}

/**
 * Judges a reported source of one variable on one profile. Null, nobody said, is not held against anybody; an id the policy does not
 * know is, as soon as the policy names any source at all (fail closed; 001.1, 001.2, 002.16, 002.23).
 */
export function sourceVerdict(policy: Policy, variable: PolicyVariable, source: string | null, profile: string): SourceVerdict {
  if (source === null) return { allowed: true }
  const sources = knownSources(policy)
  const step = sources.get(source)
  if (!step) {
    if (sources.size === 0) return { allowed: true }
    return {
      allowed: false,
      sentence: `It comes from a source that the policy does not name. Allowed on ${profile}: ${allowedHere(policy, variable, profile)}.`,
    }
  }
  if (variable.sources && !variable.sources.includes(source))
    return { allowed: false, sentence: `It comes from ${source}. Allowed for it on ${profile}: ${allowedHere(policy, variable, profile)}.` }
  if (step.possibleLater) return { allowed: false, sentence: `It comes from ${source}, which the policy foresees for later and not yet.` }
  if (step.profiles && !step.profiles.includes(profile))
    return {
      allowed: false,
      sentence: `It comes from ${source}, which is not allowed on ${profile}: ${allowedHere(policy, variable, profile)}.`,
    }
  return { allowed: true }
}

/** Ids of the sources that a variable may come from on a profile, in order of precedence, in words. */
export function allowedHere(policy: Policy, variable: PolicyVariable, profile: string): string {
  const ids = [...knownSources(policy).values()]
    .filter(
      ({ id, profiles, possibleLater }) =>
        !possibleLater && (profiles?.includes(profile) ?? true) && (variable.sources?.includes(id) ?? true),
    )
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ id }) => id)
  return ids.length > 0 ? ids.join(', ') : 'none'
}
