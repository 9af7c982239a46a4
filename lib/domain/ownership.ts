import type { Policy, PolicyOwnership, PolicySecretMapping } from './policy/schema'

// Whose secrets they are: what a rotation rule of a policy holds, and how it is named.

/** The mappings a profile has: those required on it, and those a rotation rule of the profile names. */
export function mappingsOn(policy: Policy, profileId: string): PolicySecretMapping[] {
  const named = new Set(
    policy.rotation.ownership
      .filter(({ profile, group, secrets }) => profile === profileId && (group !== undefined || secrets !== undefined))
      .flatMap((ownership) => ownershipMembers(policy, ownership).map(({ id }) => id)),
  )
  return policy.secrets.mappings.filter(({ id, requiredIn }) => requiredIn.includes(profileId) || named.has(id))
}

/** What a rule rotates, in order: the named secrets, the members of its group, or every secret of the profile. The first of a pair is the primary. */
export function ownershipMembers(policy: Policy, { group, secrets, profile }: PolicyOwnership): PolicySecretMapping[] {
  const ids = secrets ?? (group === undefined ? undefined : policy.secrets.groups.find(({ id }) => id === group)?.members)
  if (ids === undefined) return policy.secrets.mappings.filter(({ requiredIn }) => requiredIn.includes(profile))
  return ids.flatMap((id) => policy.secrets.mappings.find((mapping) => mapping.id === id) ?? [])
}

/** The rule that says how a mapping is rotated on a profile: the most particular one that holds it. Null where the policy names none. */
export function ownershipOf(policy: Policy, profileId: string, mappingId: string): PolicyOwnership | null {
  const breadth = ({ secrets, group }: PolicyOwnership) => (secrets ? 0 : group === undefined ? 2 : 1)
  return (
    policy.rotation.ownership
      .filter((rule) => rule.profile === profileId && ownershipMembers(policy, rule).some(({ id }) => id === mappingId))
      .toSorted((a, b) => breadth(a) - breadth(b))[0] ?? null
  )
}

/** "Primary and v2 key", else the variable, else the variables. */
export function ownershipTitle(policy: Policy, ownership: PolicyOwnership): string {
  const members = ownershipMembers(policy, ownership)
  const only = members.every(({ group }) => group !== undefined && group === members[0]?.group) ? members[0]?.group : undefined
  const group = policy.secrets.groups.find(({ id }) => id === (ownership.group ?? only))
  return group?.title ?? members.map(({ variable }) => variable).join(', ')
}

/** The members that get a key of their own when rotated: of a shifted pair the primary only, since the second gets what the primary had (003). */
export function membersWithNewKeys(method: PolicyOwnership['method'], members: readonly string[]): string[] {
  return method === 'shift-pair' ? members.slice(0, 1) : [...members]
}

/** "Feature owner or local operator": who rotates by a rule, in the policy's own words where it has them. */
export function ownersWords({ owners }: PolicyOwnership): string {
  return owners.text ?? owners.slots.map(({ title }) => title).join(owners.mode === 'all' ? ' and ' : ' or ')
}

/** Who approves a rotation by a rule, in the policy's own words where it has them. */
export function approversWords({ approval }: PolicyOwnership): string {
  return approval.text ?? approval.slots.map(({ title }) => title).join(' and ')
}
