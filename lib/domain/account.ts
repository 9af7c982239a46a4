import { type Actor, type Grant, holdsAny, isGrantHeld } from './context'
import { type Refusal, refuse } from './refusal'
import { AUDITOR_MAX_DAYS, ROLE_TITLE, type Role } from './roles'
import { SCOPES, type Scope } from './scopes'
import { nameSkeleton, whyNotName } from './text-safety'

/** Tokens live at most this many days (T11). */
export const TOKEN_MAX_DAYS = 90

/** A password has at least this many characters and no rule about their kinds (NIST SP 800-63B, ASVS 6.2). */
export const PASSWORD_MIN = 12
export const PASSWORD_MAX = 128

/** A link that lets somebody choose a password works once, for this long. */
export const SETUP_LINK_HOURS = 72

/** Demo people are known by their address; the domain can never be anybody's (RFC 2606). */
export const DEMO_DOMAIN = 'demo.countersign.example'

/** Whether an address belongs to a persona of the demo record. */
export function isDemoEmail(email: string): boolean {
  return email.endsWith(`@${DEMO_DOMAIN}`)
}

/** An address as it is compared and stored: NFKC first, then lower case (GHSA-7rqj-j65f-68wh). */
export function normalEmail(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase()
}

/** Whether somebody is an admin of everything: the only ones who manage people. */
export function isAdminOfAll(actor: Actor, now: Date): boolean {
  return actor.grants.some((grant) => grant.role === 'admin' && grant.systemId === null && isGrantHeld(grant, undefined, now))
}

/** Whether somebody is an admin of one system, or of everything when `systemId` is null. */
export function isAdminOf(actor: Actor, systemId: string | null, now: Date): boolean {
  return systemId === null ? isAdminOfAll(actor, now) : holdsAny(actor, ['admin'], systemId, now)
}

/** Software never manages accounts, whatever its maker may do. */
function whyNotPerson(actor: Actor): Refusal | null {
  return actor.kind === 'person' ? null : refuse('not_allowed', 'Accounts and roles are managed by people in the browser, not by tokens.')
}

/** Why somebody may not add, retire or erase people, or make agents and links; null for an admin of every system. */
export function whyNotManagePeople(actor: Actor, now: Date): Refusal | null {
  return (
    whyNotPerson(actor) ??
    (isAdminOfAll(actor, now) ? null : refuse('not_allowed', 'Only an admin of every system manages people and agents.'))
  )
}

/** Whom a grant is for. */
export type Grantee = { kind: Actor['kind']; name: string; retired: boolean }

/**
 * Why a role may not be granted: only an admin of that system (or of all) grants; never to a token, whose roles are its maker's; agents manage
 * no accounts. An admin may grant themselves a role: the approval engine keeps them from signing with it (T03).
 */
export function whyNotGrant(actor: Actor, to: Grantee, grant: { role: Role; systemId: string | null }, now: Date): Refusal | null {
  const person = whyNotPerson(actor)
  if (person) return person
  if (!isAdminOf(actor, grant.systemId, now)) {
    return refuse(
      'not_allowed',
      grant.systemId === null
        ? 'Only an admin of every system grants roles for every system.'
        : 'Only an admin of this system grants its roles.',
    )
  }
  if (to.retired) return refuse('wrong_state', `${to.name} is retired. Retired people hold no roles.`)
  if (to.kind === 'token')
    return refuse('policy_forbids', 'A token acts with the roles of the person who made it. Grant the role to that person.')
  if (to.kind === 'agent' && (grant.role === 'admin' || grant.role === 'auditor'))
    return refuse('policy_forbids', `${ROLE_TITLE[grant.role]} is a role of people.`)
  return null
}

/**
 * Why a role may not be granted for that long: an auditor is let in for a time, at most ninety days, counted in whole UTC days. Every other role may
 * stay open. `endsAt` is when the last day is over, null for no end.
 */
export function whyNotForSoLong(grant: { role: Role; endsAt: Date | null }, now: Date): Refusal | null {
  if (grant.endsAt && grant.endsAt <= now) return refuse('invalid', 'The last day has to be today or later.', { place: 'endsOn' })
  if (grant.role !== 'auditor') return null
  const latest = new Date(`${new Date(now.getTime() + AUDITOR_MAX_DAYS * 86_400_000).toISOString().slice(0, 10)}T23:59:59.999Z`)
  if (grant.endsAt && grant.endsAt <= latest) return null
  return refuse(
    'invalid',
    `${ROLE_TITLE.auditor} is granted for a time, at most ${AUDITOR_MAX_DAYS} days: give a last day, ${latest.toISOString().slice(0, 10)} at the latest. It can be granted again.`,
    { place: 'endsOn' },
  )
}

/** Why a grant may not be ended: only an admin of its system, not twice, and never the last admin of every system. */
export function whyNotEndGrant(
  actor: Actor,
  grant: Pick<Grant, 'role' | 'systemId' | 'endsAt'>,
  otherAdmins: number,
  now: Date,
): Refusal | null {
  const person = whyNotPerson(actor)
  if (person) return person
  if (!isAdminOf(actor, grant.systemId, now)) return refuse('not_allowed', 'Only an admin of the system ends its roles.')
  if (grant.endsAt !== null && grant.endsAt <= now) return refuse('wrong_state', 'This role has ended already.')
  if (grant.role === 'admin' && grant.systemId === null && otherAdmins === 0) {
    return refuse(
      'policy_forbids',
      'This is the last admin of every system. Grant the role to somebody else first, or nobody could manage accounts.',
    )
  }
  return null
}

/** Why a person or agent may not be retired: only an admin, not twice, and never the last admin. */
export function whyNotRetire(actor: Actor, who: Grantee, isLastAdmin: boolean, now: Date): Refusal | null {
  const managing = whyNotManagePeople(actor, now)
  if (managing) return managing
  if (who.kind === 'token') return refuse('wrong_state', 'A token is revoked, not retired.')
  if (who.retired) return refuse('wrong_state', `${who.name} is retired already.`)
  if (isLastAdmin) return refuse('policy_forbids', `${who.name} is the last admin of every system. Grant the role to somebody else first.`)
  return null
}

/** Why personal data may not be erased: only an admin, only of somebody retired, once (T40). */
export function whyNotErase(actor: Actor, who: Grantee & { erased: boolean }, now: Date): Refusal | null {
  const managing = whyNotManagePeople(actor, now)
  if (managing) return managing
  if (who.kind !== 'person') return refuse('wrong_state', 'Only people have personal data to erase.')
  if (!who.retired) return refuse('wrong_state', `${who.name} still has an account. Retire them first; erasing cannot be undone.`)
  if (who.erased) return refuse('wrong_state', 'The personal data of this account is erased already.')
  return null
}

/** What a token is asked to be. `sponsorId` is that of the agent it acts as; null for a token that is its own principal. */
export type TokenWish = {
  systemId: string | null
  scopes: readonly Scope[]
  days: number
  agent: { sponsorId: string | null; systemId: string | null; retired: boolean } | null
}

/**
 * Why a token may not be made: an admin of the system (or of all) makes any; a Release Manager or SecOps makes those of agents they sponsor;
 * nobody for longer than ninety days; never wider than the agent it acts as.
 */
export function whyNotMakeToken(actor: Actor, wish: TokenWish, now: Date): Refusal | null {
  const person = whyNotPerson(actor)
  if (person) return person
  const ofOwnAgent =
    wish.agent?.sponsorId === actor.id &&
    actor.grants.some(
      (grant) =>
        ['release_manager', 'secops'].includes(grant.role) &&
        isGrantHeld(grant, wish.systemId ?? undefined, now) &&
        (wish.systemId !== null || grant.systemId === null),
    )
  if (!isAdminOf(actor, wish.systemId, now) && !ofOwnAgent) {
    return refuse(
      'not_allowed',
      'Tokens are made by an admin of the system; a Release Manager or SecOps makes those of agents they sponsor.',
    )
  }
  if (wish.agent?.retired) return refuse('wrong_state', 'This agent is retired.')
  if (wish.agent && wish.agent.systemId !== null && wish.agent.systemId !== wish.systemId) {
    return refuse('policy_forbids', 'This agent belongs to one system; its token must be for that system.', { place: 'systemId' })
  }
  if (wish.scopes.length === 0) return refuse('invalid', `Choose at least one of: ${SCOPES.join(', ')}.`, { place: 'scopes' })
  if (wish.days < 1 || wish.days > TOKEN_MAX_DAYS)
    return refuse('invalid', `A token lives from 1 to ${TOKEN_MAX_DAYS} days.`, { place: 'days' })
  return null
}

/** Why a token may not be revoked: an admin of its system, whoever made it, and the token itself may. */
export function whyNotRevokeToken(
  actor: Actor,
  token: { id: string; createdById: string; systemId: string | null; revokedAt: Date | null },
  now: Date,
): Refusal | null {
  const own = actor.token?.id === token.id || (actor.kind === 'person' && actor.id === token.createdById)
  if (!own) {
    const person = whyNotPerson(actor)
    if (person) return person
    if (!isAdminOf(actor, token.systemId, now))
      return refuse('not_allowed', 'A token is revoked by whoever made it or by an admin of its system.')
  }
  if (token.revokedAt !== null) return refuse('wrong_state', 'This token is revoked already.')
  return null
}

/** Why a text cannot be a password; null when it can. Length is what counts; it must not be the name or address in disguise. */
export function whyNotPassword(password: string, about: { name: string; email: string }): Refusal | null {
  const no = (sentence: string): Refusal => refuse('invalid', sentence, { place: 'password' })
  const length = [...password].length
  if (length < PASSWORD_MIN)
    return no(`A password has at least ${PASSWORD_MIN} characters. Several words in a row are easiest to remember.`)
  if (length > PASSWORD_MAX) return no(`A password has at most ${PASSWORD_MAX} characters.`)
  if (new Set(password).size < 5) return no('This password repeats too few characters.')
  const low = password.toLowerCase()
  const parts = [about.email.toLowerCase(), about.email.toLowerCase().split('@')[0] ?? '', ...about.name.toLowerCase().split(/\s+/)].filter(
    (part) => part.length >= 4,
  )
  const rest = parts.reduce((text, part) => text.replaceAll(part, ''), low)
  if ([...rest].length < PASSWORD_MIN / 2) return no('This password is mostly your name or address.')
  return null
}

/** Why somebody may not have a name: not a name at all, or one that can be taken for somebody else's here (T31). */
export function whyNotPersonName(name: string, others: readonly string[]): Refusal | null {
  const no = whyNotName(name, { place: 'name' })
  if (no) return no
  const skeleton = nameSkeleton(name)
  if (!others.some((other) => nameSkeleton(other) === skeleton)) return null
  return refuse('conflict', 'Somebody here has this name, or one that looks the same. Add a middle name or a team to tell them apart.', {
    place: 'name',
  })
}

/** What somebody sees of accounts: every address for an admin of everything; `adminOf` lists the systems they administer, null for all. */
export function lookOfAccount(actor: Actor, now: Date): { seesAddresses: boolean; adminOf: string[] | null } {
  if (isAdminOfAll(actor, now)) return { seesAddresses: true, adminOf: null }
  const adminOf = actor.grants
    .filter((grant) => grant.role === 'admin' && isGrantHeld(grant, undefined, now))
    .flatMap((grant) => (grant.systemId === null ? [] : [grant.systemId]))
  return { seesAddresses: false, adminOf: [...new Set(adminOf)] }
}
