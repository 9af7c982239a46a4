import { type Actor, holdsAny, isGrantHeld, type Named } from './context'
import { type Refusal, refuse } from './refusal'
import { ACTING_ROLES, listOfTitles, whyNotRight } from './rights'
import type { Role } from './roles'

export const SEVERITIES = ['sev1', 'sev2', 'sev3', 'sev4'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What an incident is at an instant. */
export type IncidentPhase = 'open' | 'closed'
export const INCIDENT_PHASES = ['open', 'closed'] as const satisfies readonly IncidentPhase[]

/** All that the rules of an incident depend on, besides its debts. */
export type IncidentFacts = {
  id: string
  system: { id: string; name: string }
  /** The profile it is on; null: the whole system. */
  profile: string | null
  title: string
  reference: string | null
  severity: Severity
  commander: Named | null
  declaredBy: Named
  openedAt: Date
  closed: { at: Date; by: Named; note: string | null; postmortem: string | null } | null
}

/** Something linked to an incident that is not over yet, and so keeps it open. */
export type Running = { id: string; sentence: string }

/** Who changes an incident besides whoever declared it or commands it. */
const STEERS: readonly Role[] = ['incident_commander', 'release_manager', 'secops']

/** Open until it is closed; nothing else ends an incident. */
export function incidentPhase(facts: Pick<IncidentFacts, 'closed'>): IncidentPhase {
  return facts.closed ? 'closed' : 'open'
}

/** Why somebody may not declare an incident: everyone but auditor and admin, or a token with the scope (domain.md, roles). */
export function whyNotDeclare(actor: Actor, system: { id: string; name: string }, now: Date): Refusal | null {
  return whyNotRight(
    actor,
    system,
    { roles: ACTING_ROLES, scope: 'incident:declare', what: `Incidents of ${system.name} are declared` },
    now,
  )
}

/** Why somebody cannot be made commander: it takes the role on the system. */
export function whyNotCommander(
  person: { name: string; grants: Actor['grants'] } | null,
  system: { id: string; name: string },
  now: Date,
): Refusal | null {
  if (person?.grants.some((grant) => grant.role === 'incident_commander' && isGrantHeld(grant, system.id, now))) return null
  return refuse('invalid', `${person?.name ?? 'This person'} is no incident commander of ${system.name}. An admin grants roles.`, {
    place: 'commander',
  })
}

/** Why somebody may not change an incident: severity, reference or commander. */
export function whyNotChangeIncident(facts: IncidentFacts, actor: Actor, now: Date): Refusal | null {
  if (facts.closed) return refuse('wrong_state', `${facts.id} is closed. What happens now is another incident.`)
  const isPerson = actor.kind === 'person'
  if (isPerson && (actor.id === facts.declaredBy.id || actor.id === facts.commander?.id)) return null
  if (isPerson && holdsAny(actor, STEERS, facts.system.id, now)) return null
  return refuse(
    'not_allowed',
    `${facts.id} is changed by whoever declared it, its commander, or ${listOfTitles(STEERS)} of ${facts.system.name}, in the browser.`,
  )
}

/**
 * Why somebody may not close an incident: an incident commander does, and never over something that still runs or an unpaid debt, each named
 * (domain.md, life cycles; T33).
 */
export function whyNotCloseIncident(
  facts: IncidentFacts,
  actor: Actor,
  running: readonly Running[],
  debts: readonly { incident: string | null; sentence: string }[],
  now: Date,
): Refusal | null {
  if (facts.closed) return refuse('wrong_state', `${facts.id} is closed already.`)
  if (actor.kind !== 'person' || !holdsAny(actor, ['incident_commander'], facts.system.id, now))
    return refuse('not_allowed', `${facts.id} is closed by an incident commander of ${facts.system.name}, in the browser.`)
  const open = [...running, ...debts.filter((debt) => debt.incident === facts.id)]
  if (open.length === 0) return null
  const details = open.map(({ sentence }) => sentence)
  return refuse(
    'held',
    `${facts.id} cannot be closed: ${open.length === 1 ? 'one thing is' : `${open.length} things are`} not done. ${details.join(' ')}`,
    { details },
  )
}

/** Why an incident cannot carry something new: it is closed, or of another system. `what` ends the sentence: "a break-glass". */
export function whyNotUnder(
  incident: Pick<IncidentFacts, 'id' | 'closed' | 'system'> | null,
  system: { id: string; name: string },
  what: string,
): Refusal | null {
  if (!incident || incident.system.id !== system.id)
    return refuse('not_found', `${system.name} has no such incident. Declare one first.`, { place: 'incident' })
  if (incident.closed)
    return refuse('policy_forbids', `${incident.id} is closed, and ${what} needs an incident that is open. Declare another one.`, {
      place: 'incident',
    })
  return null
}
