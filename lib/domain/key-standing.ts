import { durationMs } from './duration'
import { resolveManagerKey } from './policy/resolve'
import type { Policy, PolicyOwnership, PolicySecretMapping, ProfileClass } from './policy/schema'
import { instantInWords } from './words'

export type KeyState = 'unknown' | 'ok' | 'due_soon' | 'overdue'

/** A key that a mapping holds now: the one in use, or an older one that still works. Its name and fingerprint, never its value. */
export type HeldKey = {
  keyId: string
  use: 'current' | 'accepted'
  bornAt: Date
  activatedAt: Date
  fingerprint: { value: string; keyId: string } | null
  /** The rotation that brought it; null when it was recorded by hand. */
  rotation: string | null
}

/** One mapping of what is rotated together, with the manager's key resolved for the profile, and what it holds. */
export type KeyMember = { mapping: string; managerKey: string; variable: string; keys: HeldKey[] }

/** How old the secrets of one ownership rule are, and what follows from it (000.18 to 000.21). */
export type KeyStanding = {
  system: string
  systemName: string
  profile: { id: string; name: string; class: ProfileClass }
  ownership: PolicyOwnership
  /** Of the group, else the variable. */
  title: string
  members: KeyMember[]
  bornAt: Date | null
  ageMs: number | null
  limitMs: number | null
  dueAt: Date | null
  state: KeyState
  /** Overdue, and the policy says that this holds promotions to the profile. */
  blocks: boolean
  sentence: string
  rotation: { id: string; status: string } | null
}

const DAY = 86_400_000

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

type KeyAge = Pick<KeyStanding, 'bornAt' | 'ageMs' | 'limitMs' | 'dueAt' | 'state'>

/**
 * How old the keys of a rule are: from the oldest birth among the current keys that count. A shifted second one does not count, because it is old by
 * design. Due at the limit, soon in its last tenth; a key that nobody recorded is unknown, unless another is overdue already (domain.md 5).
 */
function keyAge(ownership: Pick<PolicyOwnership, 'method' | 'maxAge'>, members: readonly KeyMember[], now: Date): KeyAge {
  const counted = new Set(
    membersWithNewKeys(
      ownership.method,
      members.map(({ mapping }) => mapping),
    ),
  )
  const births = members
    .filter(({ mapping }) => counted.has(mapping))
    .map(({ keys }) => keys.find(({ use }) => use === 'current')?.bornAt ?? null)
  const known = births.filter((born) => born !== null).map((born) => born.getTime())
  const limitMs = ownership.maxAge === undefined ? null : durationMs(ownership.maxAge)
  if (known.length === 0) return { bornAt: null, ageMs: null, limitMs, dueAt: null, state: 'unknown' }
  const bornAt = new Date(Math.min(...known))
  const ageMs = Math.max(0, now.getTime() - bornAt.getTime())
  const dueAt = limitMs === null ? null : new Date(bornAt.getTime() + limitMs)
  const overdue = dueAt !== null && now >= dueAt
  const state = overdue ? 'overdue' : known.length < births.length ? 'unknown' : isDueSoon(ageMs, limitMs) ? 'due_soon' : 'ok'
  return { bornAt, ageMs, limitMs, dueAt, state }
}

const isDueSoon = (ageMs: number, limitMs: number | null): boolean => limitMs !== null && ageMs >= limitMs * 0.9

/** "34 days"; hours below two days. */
export function ageInWords(ms: number): string {
  const [count, unit] = ms < 2 * DAY ? [Math.floor(ms / 3_600_000), 'hour'] : [Math.floor(ms / DAY), 'day']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** What is to be known about the age of some keys, in one sentence. Ends with what follows, never with the title. */
function keySentence(age: KeyAge, more: { missing: readonly string[]; blocks: boolean; profile: string }): string {
  const { ageMs, limitMs, dueAt, state } = age
  if (state === 'unknown') {
    const which = more.missing.length === 0 ? 'No key is recorded' : `No key is recorded for ${more.missing.join(' and ')}`
    return `${which}, so the age is unknown. Record which key it holds.`
  }
  if (ageMs === null) return 'No key is recorded, so the age is unknown.'
  if (limitMs === null || dueAt === null) return `${ageInWords(ageMs)} old. The policy sets no limit.`
  if (state === 'overdue') {
    const late = ageInWords(ageMs - limitMs)
    const held = more.blocks ? ` Promotions to ${more.profile} are held until it is rotated.` : ''
    return `${ageInWords(ageMs)} old, limit ${ageInWords(limitMs)}: overdue by ${late}.${held}`
  }
  return `${ageInWords(ageMs)} of ${ageInWords(limitMs)}; next due ${instantInWords(dueAt)}.`
}

/** Where a rule of a policy stands: ages, limit, due date and what follows (000.18 to 000.21). `held` gives the keys that a mapping holds now. */
export function keyStanding(
  policy: Policy,
  ownership: PolicyOwnership,
  held: (mapping: string) => HeldKey[],
  rotation: KeyStanding['rotation'],
  now: Date,
): KeyStanding {
  const profile = policy.profiles.find(({ id }) => id === ownership.profile)
  const members = ownershipMembers(policy, ownership).map((mapping) => ({
    mapping: mapping.id,
    managerKey: resolveManagerKey(mapping, ownership.profile),
    variable: mapping.variable,
    keys: held(mapping.id),
  }))
  const age = keyAge(ownership, members, now)
  const blocks = age.state === 'overdue' && ownership.overdueBlocks
  const counted = membersWithNewKeys(
    ownership.method,
    members.map(({ mapping }) => mapping),
  )
  const missing = members
    .filter(({ mapping, keys }) => counted.includes(mapping) && !keys.some(({ use }) => use === 'current'))
    .map(({ variable }) => variable)
  return {
    system: policy.system.slug,
    systemName: policy.system.name,
    profile: { id: ownership.profile, name: profile?.name ?? ownership.profile, class: profile?.class ?? 'production' },
    ownership,
    title: ownershipTitle(policy, ownership),
    members,
    ...age,
    blocks,
    sentence: keySentence(age, { missing, blocks, profile: ownership.profile }),
    rotation,
  }
}

/** "Feature owner or local operator": who rotates by a rule, in the policy's own words where it has them. */
export function ownersWords({ owners }: PolicyOwnership): string {
  return owners.text ?? owners.slots.map(({ title }) => title).join(owners.mode === 'all' ? ' and ' : ' or ')
}

/** Who approves a rotation by a rule, in the policy's own words where it has them. */
export function approversWords({ approval }: PolicyOwnership): string {
  return approval.text ?? approval.slots.map(({ title }) => title).join(' and ')
}

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
