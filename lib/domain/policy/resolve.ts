import type { Policy, PolicyEdge, PolicyGate, PolicyProfile, PolicySecretMapping, ProfileClass } from './schema'

/** What a name of a runtime context comes to. `profile` is null for a name nobody declared, which counts as production. */
export type ResolvedProfile = { profile: PolicyProfile | null; class: ProfileClass; productionLike: boolean }

/** Pre-production and production together: where contributors do not sign and dev conveniences end. */
export function isProductionLike(profileClass: ProfileClass): boolean {
  return profileClass === 'pre-production' || profileClass === 'production'
}

/**
 * The profile a name stands for: its id or one of its aliases, exactly as written. An unknown name fails closed to production
 * (domain.md 5, 001.7), so a slip of the pen never loosens anything.
 */
export function resolveProfile(policy: Policy, nameOrAlias: string): ResolvedProfile {
  const profile = policy.profiles.find(({ id, aliases }) => id === nameOrAlias || aliases.includes(nameOrAlias)) ?? null
  const profileClass = profile?.class ?? 'production'
  return { profile, class: profileClass, productionLike: isProductionLike(profileClass) }
}

/** The edge from one profile id to another; null when the policy has none, and then the move is a deviation (000.31). */
export function edgeOf(policy: Policy, from: string, to: string): PolicyEdge | null {
  return policy.edges.find((edge) => edge.from === from && edge.to === to) ?? null
}

/** Every gate the policy writes for ways into a profile, with its edge, in the order of the document. */
export function gatesInto(policy: Policy, profileId: string): { edge: PolicyEdge; gate: PolicyGate }[] {
  return policy.edges.filter((edge) => edge.to === profileId).flatMap((edge) => edge.gates.map((gate) => ({ edge, gate })))
}

/** Ids of the profiles that an edge leads to from this one. */
export function nextProfiles(policy: Policy, profileId: string): string[] {
  return policy.edges.filter((edge) => edge.from === profileId).map((edge) => edge.to)
}

/** Ids of the profiles from which an edge leads here; none: anybody who may deploy at all may deploy here. */
export function previousProfiles(policy: Policy, profileId: string): string[] {
  return policy.edges.filter((edge) => edge.to === profileId).map((edge) => edge.from)
}

/** The key in the secret manager for one profile: `<profile>` replaced (000.14). A name, never a value. */
export function resolveManagerKey(mapping: PolicySecretMapping, profileId: string): string {
  return mapping.managerKey.replaceAll('<profile>', mapping.profileNames?.[profileId] ?? profileId)
}
