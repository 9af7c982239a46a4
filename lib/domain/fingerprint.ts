import { ownershipMembers } from './ownership'
import type { Policy, PolicyOwnership } from './policy/schema'

// What keyed fingerprints say of secrets that nobody sees.

/** What two fingerprints say of two secrets without anybody seeing either (002.42, 004.4, 003). */
export type FingerprintFinding = {
  kind: 'shared_between_profiles' | 'pair_identical' | 'pair_not_shifted' | 'old_secondary_in_use' | 'changed_nothing'
  system: string
  profile: string
  mapping: string
  sentence: string
  other: { profile: string; mapping: string } | null
  /** The rotation it speaks against. */
  rotation: string | null
  since: Date
}

/** A fingerprint as it was reported, and when first: equal ones under one HMAC key are the same value, and only those can be compared. */
export type Print = { value: string; keyId: string; since: Date }

/** One key in one place: a row of the record with the fingerprints seen while it was there. */
export type KeyPrints = {
  profile: string
  mapping: string
  use: 'current' | 'accepted'
  activatedAt: Date
  /** False for what a rotation replaced. */
  held: boolean
  rotation: string | null
  endedByRotation: string | null
  /** Newest of each HMAC key, reported while this key was the current one. */
  reported: readonly Print[]
  /** Known from before: what the same key was seen with in another place. */
  carried: { value: string; keyId: string } | null
}

/** What is known of a key: what was reported, and what it was seen with before. */
function knownPrints({ reported, carried, activatedAt }: KeyPrints): Print[] {
  const before = carried && !reported.some(({ keyId }) => keyId === carried.keyId) ? [{ ...carried, since: activatedAt }] : []
  return [...reported, ...before]
}

/** The first pair of equal fingerprints; undefined when none can be compared, or none is equal. */
function sameValue(some: readonly Print[], others: readonly Print[]): [Print, Print] | undefined {
  for (const one of some) {
    const equal = others.find((other) => other.keyId === one.keyId && other.value === one.value)
    if (equal) return [one, equal]
  }
  return undefined
}

const comparable = (some: readonly Print[], others: readonly Print[]): Print | undefined =>
  some.find((one) => others.some(({ keyId }) => keyId === one.keyId))

const later = (...dates: readonly Date[]): Date => new Date(Math.max(...dates.map((date) => date.getTime())))

/**
 * What the fingerprints of a system say: the same secret in two profiles (002.42, 004.4), a pair that holds one value twice, and after a rotation: a
 * key that did not change, a second one that is not what the primary was, an old second one still in use (003). Only fingerprints made with the
 * same HMAC key are compared. `keys`: what every mapping holds, and what the rotations of those replaced. `order`: profiles of the policy, in order.
 */
export function fingerprintFindings(policy: Policy, keys: readonly KeyPrints[]): FingerprintFinding[] {
  return [...sharedFindings(policy, keys), ...policy.rotation.ownership.flatMap((rule) => rotationFindings(policy, rule, keys))]
}

const variableOf = (policy: Policy, mapping: string): string =>
  policy.secrets.mappings.find(({ id }) => id === mapping)?.variable ?? mapping

function sharedFindings(policy: Policy, keys: readonly KeyPrints[]): FingerprintFinding[] {
  const place = (profile: string) => policy.profiles.findIndex(({ id }) => id === profile)
  const held = keys.filter((key) => key.held).toSorted((a, b) => place(a.profile) - place(b.profile))
  const found = new Map<string, FingerprintFinding>()
  for (const [index, lower] of held.entries()) {
    for (const upper of held.slice(index + 1)) {
      const key = JSON.stringify([lower.profile, lower.mapping, upper.profile, upper.mapping])
      if (lower.profile === upper.profile || found.has(key)) continue
      const same = sameValue(knownPrints(lower), knownPrints(upper))
      if (!same) continue
      const [low, high] = [variableOf(policy, lower.mapping), variableOf(policy, upper.mapping)]
      found.set(key, {
        kind: 'shared_between_profiles',
        system: policy.system.slug,
        profile: upper.profile,
        mapping: upper.mapping,
        sentence:
          low === high
            ? `${high} has the same value on ${upper.profile} as on ${lower.profile}. Secrets are never shared between profiles; rotate one of them.`
            : `${high} on ${upper.profile} has the same value as ${low} on ${lower.profile}. Secrets are never shared between profiles; rotate one of them.`,
        other: { profile: lower.profile, mapping: lower.mapping },
        rotation: null,
        since: later(same[0].since, same[1].since),
      })
    }
  }
  return [...found.values()]
}

function rotationFindings(policy: Policy, rule: PolicyOwnership, keys: readonly KeyPrints[]): FingerprintFinding[] {
  const members = ownershipMembers(policy, rule).map(({ id }) => id)
  const at = { system: policy.system.slug, profile: rule.profile }
  const here = keys.filter(({ profile }) => profile === rule.profile)
  const current = (mapping: string) => here.find((key) => key.held && key.use === 'current' && key.mapping === mapping)
  const replacedBy = (rotation: string | null, mapping: string | undefined) =>
    rotation === null
      ? []
      : here.filter((key) => !key.held && key.mapping === mapping && key.endedByRotation === rotation).flatMap((key) => knownPrints(key))

  return members.flatMap((mapping, position): FingerprintFinding[] => {
    const now = current(mapping)
    if (!now) return []
    const name = variableOf(policy, mapping)
    const previous = rule.method === 'shift-pair' ? members[position - 1] : undefined
    const was = replacedBy(now.rotation, mapping)
    const finding = (kind: FingerprintFinding['kind'], since: Date, sentence: string, other: string | null = null): FingerprintFinding => ({
      ...at,
      kind,
      mapping,
      sentence,
      other: other === null ? null : { profile: rule.profile, mapping: other },
      rotation: kind === 'pair_identical' ? null : now.rotation,
      since,
    })
    if (previous === undefined) {
      const same = sameValue(now.reported, was)
      return same
        ? [finding('changed_nothing', same[0].since, `${name} on ${rule.profile} still has the value it had before ${now.rotation}.`)]
        : []
    }
    const found: FingerprintFinding[] = []
    const first = current(previous)
    const twice = first && sameValue(knownPrints(first), knownPrints(now))
    const firstName = variableOf(policy, previous)
    if (twice)
      found.push(
        finding(
          'pair_identical',
          later(twice[0].since, twice[1].since),
          `${firstName} and ${name} on ${rule.profile} have the same value.`,
          previous,
        ),
      )
    const moved = replacedBy(now.rotation, previous)
    const seen = comparable(now.reported, moved)
    const old = sameValue(now.reported, was)
    if (old)
      found.push(
        finding(
          'old_secondary_in_use',
          old[0].since,
          `${name} on ${rule.profile} still has the value it had before ${now.rotation}.`,
          previous,
        ),
      )
    else if (seen && !sameValue(now.reported, moved))
      found.push(
        finding(
          'pair_not_shifted',
          seen.since,
          `${name} on ${rule.profile} is not what ${firstName} was before ${now.rotation}, so the pair was not shifted.`,
          previous,
        ),
      )
    return found
  })
}
