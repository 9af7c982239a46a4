import { type Candidate, whyNotSign } from './approval'
import { type Actor, holdsAny, isGrantHeld } from './context'
import { durationMs, formatDuration } from './duration'
import {
  type FallbackFacts,
  type FallbackPurpose,
  fallbackApproval,
  fallbackPhase,
  isExtensionAsked,
  lapsedBecause,
  phaseInWords,
  reviewRoles,
} from './fallback'
import type { FallbackRule } from './fallback-rule'
import { type IncidentFacts, whyNotUnder } from './incident'
import { isProductionLike } from './policy/resolve'
import { type Refusal, refuse } from './refusal'
import { listOfTitles } from './rights'
import type { Role } from './roles'
import { instantInWords, listInWords } from './words'

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
