import 'server-only'
import { db } from '@/lib/db/client'
import { loadPeople } from '@/lib/db/load-people'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { Candidate } from '@/lib/domain/approval'
import { isGrantHeld } from '@/lib/domain/context'
import { whyNotDeclare } from '@/lib/domain/incident'
import type { Refusal } from '@/lib/domain/refusal'
import { type Looker, loadReadable } from './system-standing'

/** What the form that declares an incident shows: the systems, and for the chosen one its profiles and who could command. */
export type IncidentStart = {
  systems: { slug: string; name: string }[]
  chosen: {
    system: { slug: string; name: string }
    profiles: string[]
    commanders: { id: string; name: string }[]
    viewerCommands: boolean
    whyNot: Refusal | null
  } | null
}

/** Reads what declaring an incident needs; where somebody sees one system only it is chosen. */
export async function getIncidentStart(looker: Looker, asked: { system?: string }): Promise<IncidentStart> {
  const readable = await loadReadable(looker)
  const systems = readable.map(({ id, name }) => ({ slug: id, name }))
  const system = systems.length === 1 ? systems[0] : systems.find(({ slug }) => slug === asked.system)
  if (!system) return { systems, chosen: null }
  const [{ policy }, people] = await Promise.all([loadActivePolicy(db, system.slug), loadPeople(db, [system.slug], looker.now)])
  const commanders = commandersOf(people, system.slug, looker.now)
  return {
    systems,
    chosen: {
      system,
      profiles: policy.profiles.map(({ id }) => id),
      commanders,
      viewerCommands: commanders.some(({ id }) => id === looker.actor.id),
      whyNot: whyNotDeclare(looker.actor, { id: system.slug, name: system.name }, looker.now),
    },
  }
}

/** Who could command an incident of a system now. */
export function commandersOf(people: readonly Candidate[], system: string, now: Date): { id: string; name: string }[] {
  return people
    .filter(({ grants }) => grants.some((grant) => grant.role === 'incident_commander' && isGrantHeld(grant, system, now)))
    .map(({ id, name }) => ({ id, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name))
}
