import type { Actor } from './context'
import type { HeldKey } from './key-standing'
import type { PolicyOwnership } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { type Right, whyNotRight } from './rights'
import { ROLES, type Role } from './roles'
import { CLOCK_SKEW_MS } from './snapshot'

/** Who besides the owners of a rule records keys and reports fingerprints; software does by its scope. */
const KEY_ROLES: readonly Role[] = ['engineer', 'release_manager', 'secops']

/** What recording about the keys of a mapping depends on. `rule` is null where the policy does not say how it is rotated. */
export type KeyFacts = {
  system: { id: string; name: string }
  profile: string
  mapping: string
  variable: string
  rule: PolicyOwnership | null
  held: readonly HeldKey[]
  /** The rotation of this mapping that is open. */
  rotation: { id: string; status: string } | null
}

function keyRight({ system, rule }: Pick<KeyFacts, 'system' | 'rule'>): Right {
  const owners = rule?.owners.slots.flatMap(({ roles }) => roles) ?? []
  const roles = ROLES.filter((role) => KEY_ROLES.includes(role) || owners.includes(role))
  return { roles, scope: 'key:report', what: `The keys of ${system.name} are recorded` }
}

/** Why somebody may not say which key a mapping holds, whatever it is: roles, owners of its rule, and software with the scope. */
export function whyNotKeyRight(facts: Pick<KeyFacts, 'system' | 'rule'>, actor: Actor, now: Date): Refusal | null {
  return whyNotRight(actor, facts.system, keyRight(facts), now)
}

/** Which key is said to be held. `corrects`: the id of the same key that was recorded by mistake. */
export type KeyWish = { keyId: string; bornAt: Date | null; corrects?: string | null }

/**
 * Why the id of the key in use is not corrected by hand: nothing is recorded, or a rotation brought it. What a rotation brought stands in its plan,
 * approval and steps, and is put right by another rotation.
 */
export function whyNotCorrectKey({ held, variable, profile }: Pick<KeyFacts, 'held' | 'variable' | 'profile'>): Refusal | null {
  const current = held.find(({ use }) => use === 'current')
  if (!current) return refuse('not_found', `${variable} on ${profile} has no key on record that could be corrected.`, { place: 'corrects' })
  if (current.rotation === null) return null
  return refuse(
    'policy_forbids',
    `${current.rotation} brought ${current.keyId}. What a rotation brought is not corrected by hand; rotate it.`,
    {
      place: 'corrects',
    },
  )
}

/** Why it would be no correction: of another key than the one in use, to one that is there, of nothing, or to a younger one (its age is not shed so). */
function whyNotCorrection({ held, variable, profile }: KeyFacts, { keyId, bornAt, corrects }: KeyWish): Refusal | null {
  const current = held.find(({ use }) => use === 'current') as HeldKey // ensured by whyNotCorrectKey
  if (current.keyId !== corrects)
    return refuse('conflict', `${variable} on ${profile} holds the key ${current.keyId} now. Reload and look again.`, { place: 'corrects' })
  if (bornAt && bornAt > current.bornAt)
    return refuse('policy_forbids', 'A correction makes no key younger. Give its true date, or leave it out.', { place: 'bornAt' })
  const isOlder = bornAt !== null && bornAt < current.bornAt
  if (held.some((key) => key.keyId === keyId && !(key === current && isOlder)))
    return refuse('conflict', `${variable} on ${profile} is recorded with the key ${keyId} already. Nothing was changed.`, {
      place: 'keyId',
    })
  return null
}

/**
 * Why somebody may not record which key a mapping holds (000.18 to 000.21). It is how a key becomes known, not how it changes: a mapping with a
 * rotation rule gets another key only by a rotation, which has owners and approvers; one without a rule may change by hand.
 */
export function whyNotRecordKey(facts: KeyFacts, wish: KeyWish, actor: Actor, now: Date): Refusal | null {
  const right = whyNotKeyRight(facts, actor, now)
  if (right) return right
  if (wish.bornAt && wish.bornAt.getTime() > now.getTime() + CLOCK_SKEW_MS)
    return refuse('invalid', 'The key’s date of birth lies in the future. Check the clock.', { place: 'bornAt' })
  const open = whyNotDuringRotation(facts)
  if (open) return open
  if (wish.corrects != null) return whyNotCorrectKey(facts) ?? whyNotCorrection(facts, wish)
  const current = facts.held.find(({ use }) => use === 'current')
  if (facts.held.some(({ keyId }) => keyId === wish.keyId))
    return refuse('conflict', `${facts.variable} on ${facts.profile} is recorded with the key ${wish.keyId} already. Nothing was added.`, {
      place: 'keyId',
    })
  if (current && facts.rule)
    return refuse(
      'policy_forbids',
      `${facts.variable} on ${facts.profile} holds the key ${current.keyId}. Another one comes by a rotation, which its owners perform and others approve.`,
      { place: 'keyId' },
    )
  return null
}

/** Why the keys of a mapping do not change by hand now: a rotation of it is open, and only its steps change them. */
export function whyNotDuringRotation({ rotation, variable, profile }: Pick<KeyFacts, 'rotation' | 'variable' | 'profile'>): Refusal | null {
  if (rotation === null) return null
  return refuse(
    'wrong_state',
    `${rotation.id} rotates ${variable} on ${profile} and is not over. Until then its keys change only by the steps of that rotation.`,
    { place: 'mapping' },
  )
}

/** Why an old key cannot be retired by hand: it is the one in use, it is gone already, or its rotation is still open and retires it itself. */
export function whyNotRetireKey(facts: KeyFacts, keyId: string, actor: Actor, now: Date): Refusal | null {
  const right = whyNotKeyRight(facts, actor, now)
  if (right) return right
  const open = whyNotDuringRotation(facts)
  if (open) return open
  const key = facts.held.find((candidate) => candidate.keyId === keyId)
  if (!key)
    return refuse('not_found', `${facts.variable} on ${facts.profile} holds no key ${keyId} that could be retired.`, { place: 'keyId' })
  if (key.use === 'current')
    return refuse('wrong_state', `${keyId} is the key in use. A rotation replaces it; the old one is retired then.`, { place: 'keyId' })
  return null
}
