import { durationMs } from './duration'
import { membersWithNewKeys, ownershipMembers, ownershipTitle } from './ownership'
import { resolveManagerKey } from './policy/resolve'
import type { Policy, PolicyOwnership, ProfileClass } from './policy/schema'
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
