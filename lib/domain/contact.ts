import type { Candidate } from './approval'
import { type Actor, holdsAny, isGrantHeld } from './context'
import { durationMs, formatDuration } from './duration'
import { edgeGates } from './gate'
import type { Policy } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { listOfTitles } from './rights'
import type { Role } from './roles'
import { instantInWords } from './words'

/** The newest confirmation of a person on a list. */
export type ContactConfirmed = {
  list: string
  contact: string
  reach: string | null
  at: Date
  by: { id: string; name: string }
}

/** Somebody on a list: whoever holds one of its roles on the system now, with when they were last confirmed. */
export type ContactPerson = {
  id: string
  name: string
  reach: string | null
  confirmed: { at: Date; by: { id: string; name: string } } | null
  /** When the confirmation stops counting; null where there is none, or the list sets no limit. */
  freshUntil: Date | null
  isFresh: boolean
}

/** A contact list as it stands at an instant (000.33): who is on it, and whether anybody of it is confirmed freshly. */
export type ContactListStanding = {
  id: string
  title: string
  roles: readonly Role[]
  reach: string | null
  /** Null: of every profile. */
  profiles: readonly string[] | null
  confirmEvery: string | null
  assumed: boolean
  people: ContactPerson[]
  isFresh: boolean
  freshUntil: Date | null
  sentence: string
}

/** A gate that asks for the confirmation of contacts, and how the lists behind it stand. */
export type ContactGate = {
  edge: string
  to: string
  gate: { id: string; title: string; asks: string }
  lists: string[]
  isMet: boolean
  /** One sentence for each list without a fresh confirmation. */
  missing: string[]
}

/** Who confirms anybody; everybody confirms themself. */
export const CONFIRMERS: readonly Role[] = ['release_manager', 'incident_commander']

/** The contact lists of a policy with the people on them, judged at an instant. The list is policy; people and dates are facts. */
export function contactLists(
  policy: Pick<Policy, 'contacts'>,
  systemId: string,
  people: readonly Candidate[],
  confirmed: readonly ContactConfirmed[],
  now: Date,
): ContactListStanding[] {
  return policy.contacts.map((list) => {
    const on = people
      .filter(({ grants }) => grants.some((grant) => list.roles.includes(grant.role) && isGrantHeld(grant, systemId, now)))
      .map((person) => {
        const newest = confirmed.find((each) => each.list === list.id && each.contact === person.id) ?? null
        return toPerson(person, newest, list.confirmEvery ?? null, now)
      })
      .sort((a, b) => a.name.localeCompare(b.name, 'en') || (a.id < b.id ? -1 : 1))
    const fresh = on.filter(({ isFresh }) => isFresh)
    const ends = fresh.flatMap(({ freshUntil }) => freshUntil ?? [])
    return {
      id: list.id,
      title: list.title,
      roles: list.roles,
      reach: list.reach ?? null,
      profiles: list.profiles ?? null,
      confirmEvery: list.confirmEvery ?? null,
      assumed: list.assumed === true || list.assumedFields !== undefined,
      people: on,
      isFresh: fresh.length > 0,
      freshUntil: ends.length === 0 ? null : new Date(Math.max(...ends.map((end) => end.getTime()))),
      sentence: sentenceOf(list.title, on, list.confirmEvery ?? null),
    }
  })
}

function toPerson(person: Candidate, newest: ContactConfirmed | null, every: string | null, now: Date): ContactPerson {
  const freshUntil = newest && every ? new Date(newest.at.getTime() + durationMs(every)) : null
  return {
    id: person.id,
    name: person.name,
    reach: newest?.reach ?? null,
    confirmed: newest && { at: newest.at, by: newest.by },
    freshUntil,
    isFresh: newest !== null && (freshUntil === null || freshUntil > now),
  }
}

function sentenceOf(title: string, people: readonly ContactPerson[], every: string | null): string {
  if (people.length === 0) return `${title}: nobody holds the role, so nobody can be called.`
  const fresh = people.filter(({ isFresh }) => isFresh)
  if (fresh.length > 0) return `${title}: ${fresh.map(({ name }) => name).join(', ')} confirmed.`
  const newest = people.flatMap(({ confirmed }) => confirmed?.at ?? []).sort((a, b) => b.getTime() - a.getTime())[0]
  const limit = every ? ` A confirmation is good for ${formatDuration(every)}.` : ''
  return newest
    ? `${title}: last confirmed ${instantInWords(newest)}, which is too long ago.${limit}`
    : `${title}: nobody is confirmed (${people.map(({ name }) => name).join(', ')}).${limit}`
}

/**
 * The gates whose evidence is the confirmation of contacts, with the lists of their target profile. The gate is met by its own evidence, as the
 * policy says (000.25); how the lists stand is shown beside it, so that nobody attests what is not there.
 */
export function contactGates(policy: Policy, lists: readonly ContactListStanding[]): ContactGate[] {
  return policy.edges.flatMap((edge) => {
    const of = lists.filter(({ profiles }) => profiles === null || profiles.includes(edge.to))
    return edgeGates(policy, edge)
      .filter(({ evidenceKind }) => evidenceKind === 'contact-confirmation')
      .map(({ id, title, asks }) => {
        const missing = of.filter(({ isFresh }) => !isFresh)
        return {
          edge: edge.id,
          to: edge.to,
          gate: { id, title, asks },
          lists: of.map((list) => list.id),
          isMet: missing.length === 0,
          missing: missing.map(({ sentence }) => sentence),
        }
      })
  })
}

/** Why somebody may not confirm a contact: the person themself does, or a Release Manager or incident commander (000.25, 000.33). */
export function whyNotConfirm(
  list: ContactListStanding | undefined,
  contact: string,
  actor: Actor,
  system: { id: string; name: string },
  now: Date,
): Refusal | null {
  if (!list) return refuse('not_found', `${system.name} has no such contact list.`, { place: 'list' })
  if (actor.kind !== 'person' || (actor.id !== contact && !holdsAny(actor, CONFIRMERS, system.id, now)))
    return refuse('not_allowed', `Contacts of ${system.name} are confirmed by themselves, or by ${listOfTitles(CONFIRMERS)} of it.`)
  if (!list.people.some(({ id }) => id === contact))
    return refuse('invalid', `${list.title} is ${listOfTitles(list.roles)} of ${system.name}; this person is not among them.`, {
      place: 'contact',
    })
  return null
}
