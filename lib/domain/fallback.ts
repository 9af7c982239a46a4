import { type ApprovalFacts, type ApprovalSlot, type Candidate, openSlots, whyNotSign } from './approval'
import { type Actor, holdsAny, isGrantHeld, type Named } from './context'
import { durationMs, formatDuration } from './duration'
import { type FallbackRule, inWords } from './fallback-rule'
import { type IncidentFacts, whyNotUnder } from './incident'
import { isProductionLike } from './policy/resolve'
import type { Policy, PolicyFallback } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { listOfTitles } from './rights'
import type { Role } from './roles'
import { instantInWords, listInWords } from './words'

export { type FallbackRule, fallbackRules, needsInWords, type RunningRotation, type SaferWay, saferWay } from './fallback-rule'

export const FALLBACK_PURPOSES = ['local-development', 'break-glass-testing', 'break-glass'] as const satisfies PolicyFallback['purposes']
export type FallbackPurpose = (typeof FALLBACK_PURPOSES)[number]

/** What is stored; open, ended and the rest are derived. */
export type FallbackStatus = 'requested' | 'granted' | 'refused' | 'withdrawn'

export const FALLBACK_PHASES = ['requested', 'refused', 'withdrawn', 'open', 'ended', 'cleaned_up', 'reviewed'] as const
/** Where a fallback use stands at an instant (domain.md, life cycles). */
export type FallbackPhase = (typeof FALLBACK_PHASES)[number]

/** The slot for which a commander steps up to open their own request; no slot of a policy can be called that. */
export const OWN_REQUEST_SLOT = 'OWN_REQUEST'

/** The instants and acts a phase is derived from. */
export type FallbackLife = {
  status: FallbackStatus
  expiresAt: Date | null
  returnedAt: Date | null
  cleanedUpAt: Date | null
  reviewedAt: Date | null
}

/** What is sealed and signed: exactly what is allowed, until when and why. Ids and digests only. */
export type FallbackText = {
  v: 1
  fallback: string
  number: number
  system: string
  profile: string
  rule: string
  secrets: string[]
  purpose: FallbackPurpose
  ticket: string | null
  incident: string | null
  /** Digest of the reason. */
  reason: string
  until: string
  /** For an extension: the end it moves. */
  extends: string | null
  askedBy: string
  maxDuration: string
  policy: { version: number; hash: string }
  slots: { id: string; title: string; roles: Role[]; last: boolean }[]
}

/** All that the rules of one fallback use depend on. */
export type FallbackFacts = FallbackLife & {
  id: string
  system: { id: string; name: string }
  rule: FallbackRule
  policy: { versionId: string; number: number; hash: string; policy: Policy }
  /** Ids of the mappings whose files are allowed. */
  mappings: string[]
  purpose: FallbackPurpose
  /** Null once it was taken off the record. */
  reason: string | null
  ticket: string | null
  incident: Pick<IncidentFacts, 'id' | 'title' | 'severity' | 'closed' | 'system'> | null
  askedBy: Named
  askedAt: Date
  askedUntil: Date
  ownRequest: boolean
  grantedAt: Date | null
  extensions: number
  returnedBy: Named | null
  cleanedUpBy: Named | null
  cleanUpNote: string | null
  cleanUpLink: string | null
  exposed: boolean | null
  reviewedBy: Named | null
  reviewFinding: 'accepted' | 'concern' | null
  reviewNote: string | null
  /** The live sealed version: the request, or the extension that was asked for last. */
  sealed: { id: string; number: number; hash: string; sealedAt: Date; requester: Named; text: FallbackText } | null
  nextNumber: number
  /** Standing sign-offs on the live sealed version. */
  signOffs: ApprovalFacts['signOffs'][number][]
  /** Everybody who granted it or an extension of it. */
  granters: { id: string; name: string }[]
  /** Another use under the same rule that a commander opened alone and nobody reviewed yet. */
  unreviewedOwn: string | null
}

/** The slots of a rule as the approval engine sees them. */
export function fallbackSlots(rule: FallbackRule): ApprovalSlot[] {
  return rule.fallback.slots.map((slot) => ({ key: slot.id, title: slot.title, roles: slot.roles, last: slot.order === 'last' }))
}

/** When and how a granted use ended; null while it runs, or when it never did. Only expiry is judged by the clock: it is judged when read. */
export function fallbackEnd(
  use: Pick<FallbackLife, 'status' | 'expiresAt' | 'returnedAt'>,
  now: Date,
): { at: Date; how: 'expired' | 'returned' } | null {
  if (use.status !== 'granted' || use.expiresAt === null) return null
  if (use.returnedAt) return { at: use.returnedAt, how: 'returned' }
  return use.expiresAt <= now ? { at: use.expiresAt, how: 'expired' } : null
}

/** Where a use stands at an instant: one answer for every reader, API and screen and debt alike. */
export function fallbackPhase(use: FallbackLife, now: Date): FallbackPhase {
  if (use.status !== 'granted') return use.status
  if (use.reviewedAt) return 'reviewed'
  if (use.cleanedUpAt) return 'cleaned_up'
  return fallbackEnd(use, now) ? 'ended' : 'open'
}

/** Why a request can no longer be granted although nobody decided on it: its end passed, or its incident closed. */
export function lapsedBecause(facts: Pick<FallbackFacts, 'id' | 'status' | 'askedUntil' | 'incident'>, now: Date): string | null {
  if (facts.status !== 'requested') return null
  if (facts.askedUntil <= now) return `The end that ${facts.id} asked for, ${instantInWords(facts.askedUntil)}, has passed.`
  return facts.incident?.closed ? `${facts.incident.id}, for which ${facts.id} was asked, is closed.` : null
}

/** Whether an extension waits for its second person. */
export function isExtensionAsked(facts: FallbackFacts, now: Date): boolean {
  return fallbackPhase(facts, now) === 'open' && facts.extensions === 0 && facts.sealed !== null && facts.sealed.text.extends !== null
}

/** Who may review: the roles that grant, and SecOps. Who of them acted on it themselves may not (domain.md, what always holds, 7). */
export function reviewRoles(rule: Pick<FallbackRule, 'fallback'>): Role[] {
  return [...new Set<Role>([...rule.fallback.slots.flatMap(({ roles }) => roles), 'secops'])]
}

/** Whether a second person has to review it: after a commander's own request always, else where the rule says by when. */
export function needsReview(use: { ownRequest: boolean; rule: Pick<FallbackRule, 'fallback'> }): boolean {
  return use.ownRequest || use.rule.fallback.reviewWithin !== undefined
}

/** What the approval engine needs to know of a request or an extension. */
export function fallbackApproval(facts: FallbackFacts, now: Date): ApprovalFacts {
  const requester = facts.sealed?.requester
  return {
    systemId: facts.system.id,
    systemName: facts.system.name,
    noun: 'this request',
    slots: fallbackSlots(facts.rule),
    ownActs: new Map([
      ...(requester ? [[requester.countsAsId, `asked to extend ${facts.id}`] as const] : []),
      [facts.askedBy.countsAsId, `asked for ${facts.id}`] as const,
    ]),
    contributors: new Map(),
    sealedAt: facts.sealed?.sealedAt ?? now,
    signOffs: facts.signOffs,
  }
}

/** What somebody asks for, with the rule and the incident it names looked up. */
export type FallbackRequest = {
  rule: FallbackRule
  purpose: FallbackPurpose
  ticket: string | null
  /** Id of an incident that was named, whether it is there or not. */
  incidentNamed: string | null
  incident: IncidentFacts | null
  until: Date | null
  secrets: readonly string[] | null
}

/** A clock that is a little ahead asks for a little more than the rule allows; the end is bounded when it is granted all the same. */
const CLOCK_MS = 60_000

/**
 * Why somebody may not ask for this; null when they may. What the rule needs (purpose, ticket, expiry, open incident) is asked of the policy and
 * of nothing else: dev, staging and prod differ only in that (000.19 to 000.21, 000.23).
 */
export function whyNotAsk(request: FallbackRequest, actor: Actor, system: { id: string; name: string }, now: Date): Refusal | null {
  const { rule } = request
  const { fallback } = rule
  if (actor.kind !== 'person') return refuse('not_allowed', 'A person breaks the glass, in the browser. Software does not.')
  if (!holdsAny(actor, fallback.askedBy, system.id, now))
    return refuse(
      'not_allowed',
      `On ${rule.profile.name} this is asked for by ${listOfTitles(fallback.askedBy)} of ${system.name}. ${fallback.text}`,
    )
  if (fallback.slots.length === 0 && isProductionLike(rule.profile.class))
    return refuse(
      'policy_forbids',
      `The policy names nobody who grants this on ${rule.profile.name}, so nobody can. Ask for a change of the policy.`,
    )
  if (!fallback.purposes.includes(request.purpose))
    return refuse(
      'policy_forbids',
      `On ${rule.profile.name} it is for ${listInWords(
        fallback.purposes.map((purpose) => purpose.replaceAll('-', ' ')),
        'or',
      )} only. ${fallback.text}`,
      { place: 'purpose' },
    )
  return whyNotBring(request, system) ?? whyNotUntil(rule, request.until, now)
}

function whyNotBring(request: FallbackRequest, system: { id: string; name: string }): Refusal | null {
  const { rule, incident } = request
  const { fallback } = rule
  if (fallback.needs.includes('open-incident') && request.incidentNamed === null)
    return refuse('policy_forbids', `${fallback.text} Declare an incident of ${system.name} first, or name the one that is open.`, {
      place: 'incident',
    })
  if (request.incidentNamed !== null) {
    const why = whyNotUnder(incident, system, 'a break-glass')
    if (why) return why
  }
  if (fallback.needs.includes('ticket') && ticketOf(request) === null)
    return refuse('policy_forbids', `${fallback.text} Give the ticket.`, { place: 'ticket' })
  const unknown = request.secrets?.filter((id) => !rule.mappings.some((mapping) => mapping.id === id)) ?? []
  if (unknown.length > 0)
    return refuse(
      'policy_forbids',
      `${rule.title} on ${rule.profile.name} is not about ${listInWords(unknown)}. Nothing else is allowed.`,
      {
        place: 'secrets',
      },
    )
  return null
}

function whyNotUntil(rule: FallbackRule, until: Date | null, now: Date): Refusal | null {
  const { fallback } = rule
  if (until === null)
    return fallback.needs.includes('expiry')
      ? refuse('policy_forbids', `${fallback.text} Say until when, at most ${formatDuration(fallback.maxDuration)}.`, { place: 'until' })
      : null
  if (until <= now) return refuse('invalid', 'The end lies in the past. Give one to come.', { place: 'until' })
  if (until.getTime() > now.getTime() + durationMs(fallback.maxDuration) + CLOCK_MS)
    return refuse('policy_forbids', `At most ${formatDuration(fallback.maxDuration)} from now; the policy says so.`, { place: 'until' })
  return null
}

/** The ticket of a request: the one given, else the outside reference of the incident it names. */
export function ticketOf(request: Pick<FallbackRequest, 'ticket' | 'incident'>): string | null {
  return request.ticket ?? request.incident?.reference ?? null
}

/** When a use that opens now ends by itself: what was asked for, never later than the rule's longest from its grant (T33). */
export function boundedEnd(rule: FallbackRule, until: Date, now: Date): Date {
  return new Date(Math.min(until.getTime(), now.getTime() + durationMs(rule.fallback.maxDuration)))
}

/** Why what waits for a decision cannot be decided on now; separate from who decides. */
export function whyNotDecideFallback(facts: FallbackFacts, sealedHash: string, now: Date): Refusal | null {
  const phase = fallbackPhase(facts, now)
  if (phase !== 'requested' && !isExtensionAsked(facts, now))
    return refuse('wrong_state', `Nothing of ${facts.id} waits for a decision: it is ${phaseInWords(facts, now)}.`)
  if (!facts.sealed || facts.sealed.hash !== sealedHash)
    return refuse('stale_version', `You read another version of ${facts.id}. Reload to read what is asked for now.`)
  return null
}

/** Why a request or an extension cannot be granted by anybody now, however it is opened. */
function whyNotGrantable(facts: FallbackFacts, now: Date): Refusal | null {
  const lapsed = lapsedBecause(facts, now)
  if (lapsed) return refuse('policy_forbids', `${lapsed} It is asked for again.`)
  if (facts.rule.fallback.needs.includes('open-incident') && (facts.incident === null || facts.incident.closed))
    return refuse('policy_forbids', `${facts.rule.fallback.text} No incident of it is open.`)
  return null
}

/** Why somebody may not grant in a slot now: state, hash, what the rule needs at this instant, then the approval engine (T01, T02, T03). */
export function whyNotGrant(facts: FallbackFacts, slotKey: string, who: Candidate, sealedHash: string, now: Date): Refusal | null {
  return (
    whyNotDecideFallback(facts, sealedHash, now) ??
    whyNotGrantable(facts, now) ??
    whyNotSign(slotKey, who, fallbackApproval(facts, now), now)
  )
}

/** Why somebody may not refuse in a slot now. A `last` slot may say no early. */
export function whyNotRefuse(facts: FallbackFacts, slotKey: string, who: Candidate, sealedHash: string, now: Date): Refusal | null {
  const approval = fallbackApproval(facts, now)
  return (
    whyNotDecideFallback(facts, sealedHash, now) ??
    whyNotSign(slotKey, who, { ...approval, slots: approval.slots.map((slot) => ({ ...slot, last: false })) }, now)
  )
}

/** The grant on which a commander opens what they asked for themselves: of another's hand, and not newer than the request (T03). */
export function commanderGrant(facts: Pick<FallbackFacts, 'system' | 'sealed'>, who: Candidate, now: Date) {
  return (
    who.grants.find(
      (grant) =>
        grant.role === 'incident_commander' &&
        isGrantHeld(grant, facts.system.id, now) &&
        grant.grantedById !== who.id &&
        grant.startsAt <= (facts.sealed?.sealedAt ?? now),
    ) ?? null
  )
}

/**
 * Why a request is not its own grant (domain.md, what always holds, 7): the rule says it may be, an incident of the system is open, who asked is
 * incident commander, and they owe no review of an earlier one. Without `sealedHash` it says whether the button is there.
 */
export function whyNotOpenAlone(facts: FallbackFacts, who: Candidate, sealedHash: string | null, now: Date): Refusal | null {
  const { fallback, profile } = facts.rule
  if (facts.status !== 'requested')
    return refuse('wrong_state', `${facts.id} is ${phaseInWords(facts, now)}. Nothing of it waits to be opened.`)
  const stale = sealedHash === null ? null : whyNotDecideFallback(facts, sealedHash, now)
  if (stale) return stale
  if (!fallback.ownRequestGrantsDuringIncident)
    return refuse('policy_forbids', `On ${profile.name} a second person grants it: ${listOfSlots(facts.rule)}.`)
  if (who.kind !== 'person' || who.id !== facts.askedBy.id)
    return refuse('separation_of_duties', `Only ${facts.askedBy.name}, who asked for ${facts.id}, could open it alone.`)
  if (facts.incident === null || facts.incident.closed)
    return refuse('policy_forbids', 'A commander’s own request opens only while an incident of the system is open.')
  if (!commanderGrant(facts, who, now))
    return refuse(
      'not_allowed',
      `Only an incident commander of ${facts.system.name}, made so by somebody else and before asking, opens their own request. ${listOfSlots(facts.rule)} grants it.`,
    )
  if (facts.unreviewedOwn)
    return refuse(
      'separation_of_duties',
      `${facts.unreviewedOwn} was opened the same way and nobody has reviewed it yet. A second person grants this one: ${listOfSlots(facts.rule)}.`,
    )
  return whyNotGrantable(facts, now)
}

/** Why somebody may not take a request back: only who asked for it, until it is decided. */
export function whyNotWithdrawFallback(facts: FallbackFacts, actor: Actor, now: Date): Refusal | null {
  if (facts.status !== 'requested')
    return refuse('wrong_state', `${facts.id} is ${phaseInWords(facts, now)}, so there is no request to withdraw.`)
  if (actor.id === facts.askedBy.id) return null
  return refuse('not_allowed', `${facts.id} is withdrawn by ${facts.askedBy.name}, who asked for it. Whoever may grant it may refuse it.`)
}

/** Why somebody may not ask to extend an open use: once, to a later end, within the rule's longest; a second person grants it. */
export function whyNotExtend(facts: FallbackFacts, actor: Actor, until: Date, now: Date): Refusal | null {
  if (fallbackPhase(facts, now) !== 'open')
    return refuse('wrong_state', `${facts.id} is ${phaseInWords(facts, now)}. What has ended is asked for again.`)
  if (!isPersonOf(facts, actor, facts.rule.fallback.askedBy, now))
    return refuse('not_allowed', `An extension is asked for by ${listOfTitles(facts.rule.fallback.askedBy)} of ${facts.system.name}.`)
  if (facts.extensions > 0)
    return refuse('policy_forbids', `${facts.id} was extended once, and no more. Close it and ask again if it is still needed.`)
  if (isExtensionAsked(facts, now)) return refuse('conflict', `An extension of ${facts.id} is asked for already.`)
  if (facts.rule.fallback.slots.length === 0)
    return refuse('policy_forbids', 'The policy names nobody who could grant an extension. Ask again once it has ended.')
  if (facts.expiresAt && until <= facts.expiresAt)
    return refuse('invalid', `It runs until ${instantInWords(facts.expiresAt)} already. Give a later end.`, { place: 'until' })
  return whyNotUntil(facts.rule, until, now) ?? whyNotGrantable(facts, now)
}

/** Why somebody may not end an open use: ending early loosens nothing, so whoever may ask for it or grant it may end it. */
export function whyNotReturn(facts: FallbackFacts, actor: Actor, now: Date): Refusal | null {
  if (fallbackPhase(facts, now) !== 'open')
    return refuse('wrong_state', `${facts.id} is ${phaseInWords(facts, now)}, so there is nothing to close.`)
  const roles = [...new Set<Role>([...facts.rule.fallback.askedBy, ...reviewRoles(facts.rule), 'incident_commander'])]
  if (isPersonOf(facts, actor, roles, now)) return null
  return refuse('not_allowed', `${facts.id} is closed by ${facts.askedBy.name} or by ${listOfTitles(roles)} of ${facts.system.name}.`)
}

/** Why somebody may not record the clean-up: after its end, by whoever may ask for it, with the evidence that the rule wants (000.19, 000.21). */
export function whyNotCleanUp(
  facts: FallbackFacts,
  actor: Actor,
  given: { note: string | null; link: string | null },
  now: Date,
): Refusal | null {
  const phase = fallbackPhase(facts, now)
  if (phase === 'open') return refuse('wrong_state', `${facts.id} is still open. Close it, then clean up after it.`)
  if (phase !== 'ended') return refuse('wrong_state', `${facts.id} is ${phaseInWords(facts, now)}, so there is nothing to clean up.`)
  const roles = [...new Set<Role>([...facts.rule.fallback.askedBy, 'secops'])]
  if (!isPersonOf(facts, actor, roles, now))
    return refuse(
      'not_allowed',
      `The clean-up of ${facts.id} is recorded by ${facts.askedBy.name} or by ${listOfTitles(roles)} of ${facts.system.name}.`,
    )
  if (facts.rule.fallback.cleanUp.evidence && given.note === null && given.link === null)
    return refuse('policy_forbids', `${facts.rule.fallback.cleanUp.text} Say what shows it, or link to it.`, { place: 'note' })
  return null
}

/** Why somebody may not review: after the clean-up, by a second person who neither asked, granted, extended nor cleaned up (what always holds, 7). */
export function whyNotReview(facts: FallbackFacts, actor: Actor, now: Date): Refusal | null {
  const phase = fallbackPhase(facts, now)
  if (phase !== 'cleaned_up')
    return refuse('wrong_state', `${facts.id} is ${phaseInWords(facts, now)}. It is reviewed once it has ended and is cleaned up.`)
  const roles = reviewRoles(facts.rule)
  if (actor.kind !== 'person') return refuse('separation_of_duties', 'Software does not review. A person does, in the browser.')
  const held = actor.grants.filter((grant) => roles.includes(grant.role) && isGrantHeld(grant, facts.system.id, now))
  if (held.length === 0) return refuse('not_allowed', `${facts.id} is reviewed by ${listOfTitles(roles)} of ${facts.system.name}.`)
  if (held.every((grant) => grant.grantedById === actor.id))
    return refuse('separation_of_duties', 'You granted yourself the role. Nobody reviews with a role they gave themselves.')
  const acts: [string | undefined, string][] = [
    [facts.askedBy.countsAsId, 'asked for it'],
    [facts.sealed?.requester.countsAsId, 'asked to extend it'],
    [facts.cleanedUpBy?.countsAsId, 'cleaned up after it'],
    ...facts.granters.map(({ id }): [string, string] => [id, 'granted it']),
  ]
  const own = acts.find(([id]) => id === actor.countsAsId)
  return own ? refuse('separation_of_duties', `You ${own[1]}. A review is by somebody who had no part in it.`) : null
}

function isPersonOf(facts: FallbackFacts, actor: Actor, roles: readonly Role[], now: Date): boolean {
  // Whoever asked for it may still act on it after losing the role, as long as they hold any here: it is theirs to end and to clean up.
  const isTheirs = actor.id === facts.askedBy.id && actor.grants.some((grant) => isGrantHeld(grant, facts.system.id, now))
  return actor.kind === 'person' && (isTheirs || holdsAny(actor, roles, facts.system.id, now))
}

function listOfSlots(rule: FallbackRule): string {
  return listInWords(rule.fallback.slots.map(({ title }) => title))
}

/** What may be read from disk, or what else is allowed, of this very use in words. */
export function allowsInWords(facts: Pick<FallbackFacts, 'rule' | 'mappings'>): string {
  if (facts.rule.kind === 'break_glass') return facts.rule.allows
  return inWords(facts.rule.mappings.filter(({ id }) => facts.mappings.includes(id))).allows
}

/** The phase as the middle of a sentence: "open until 21 Nov 2026, 18:00 UTC". */
export function phaseInWords(facts: FallbackLife & { exposed?: boolean | null }, now: Date): string {
  const phase = fallbackPhase(facts, now)
  switch (phase) {
    case 'requested':
      return 'asked for and not decided'
    case 'refused':
      return 'refused'
    case 'withdrawn':
      return 'withdrawn'
    case 'open':
      return `open until ${facts.expiresAt ? instantInWords(facts.expiresAt) : 'it is closed'}`
    case 'ended': {
      const end = fallbackEnd(facts, now)
      return end ? `${end.how === 'expired' ? 'expired' : 'closed'} since ${instantInWords(end.at)} and not cleaned up` : 'ended'
    }
    case 'cleaned_up':
      return 'cleaned up'
    case 'reviewed':
      return 'reviewed'
    default:
      return phase satisfies never
  }
}

/** Where a use stands, as one sentence that says what is next. */
export function fallbackSentence(facts: FallbackFacts, now: Date): string {
  const phase = fallbackPhase(facts, now)
  if (phase === 'requested') {
    const lapsed = lapsedBecause(facts, now)
    if (lapsed) return lapsed
    return `Waits for ${listInWords(openSlots(fallbackSlots(facts.rule), facts.signOffs).map(({ title }) => title))}.`
  }
  if (phase === 'open') {
    const asked = isExtensionAsked(facts, now)
      ? ` An extension to ${instantInWords(new Date(facts.sealed?.text.until ?? 0))} waits for a second person.`
      : ''
    return `Open until ${instantInWords(facts.expiresAt as Date)}, then it closes by itself.${asked}`
  }
  if (phase === 'ended') return `${facts.returnedAt ? 'Closed' : 'Expired'}. ${facts.rule.fallback.cleanUp.text}`
  if (phase === 'cleaned_up') return needsReview(facts) ? 'Cleaned up. A second person reviews it.' : 'Cleaned up.'
  if (phase === 'reviewed') return facts.reviewFinding === 'concern' ? 'Reviewed, with a concern.' : 'Reviewed and accepted.'
  return phase === 'refused' ? 'Refused.' : 'Withdrawn.'
}

/** The first-person statement that is confirmed and kept with a decision on a request or an extension. */
export function fallbackStatement(
  facts: Pick<FallbackFacts, 'id' | 'system' | 'rule' | 'mappings' | 'incident' | 'ticket' | 'sealed' | 'askedBy'>,
  who: { name: string | null; capacity: string; decision: 'approve' | 'decline' },
): string {
  const until = facts.sealed ? ` until ${instantInWords(new Date(facts.sealed.text.until))} at the latest` : ''
  const under = [facts.incident?.id, facts.ticket].filter((word) => word !== undefined && word !== null)
  const where = `on ${facts.system.name} ${facts.rule.profile.name}${until}${under.length > 0 ? ` for ${listInWords(under as string[])}` : ''}`
  const what = allowsInWords(facts).replace(/^./, (letter) => letter.toLowerCase())
  const asked = facts.sealed?.text.extends ? `the extension of ${facts.id}` : `what ${facts.id} asks for`
  const signer = who.name === null ? `I, as ${who.capacity},` : `I, ${who.name}, as ${who.capacity},`
  return who.decision === 'decline' ? `${signer} refuse ${asked} ${where}.` : `${signer} allow ${asked} ${where}: ${what}`
}

/** The statement of a commander who opens their own request; it names the debt, and nobody: it lies with no signature that goes when they are erased (T40). */
export function ownRequestStatement(facts: Parameters<typeof fallbackStatement>[0]): string {
  const { reviewWithin } = facts.rule.fallback
  const within = reviewWithin ? ` within ${formatDuration(reviewWithin)}` : ''
  const said = fallbackStatement(facts, { name: null, capacity: 'incident commander', decision: 'approve' })
  return `${said} I asked for it myself; a second person reviews it${within}.`
}
