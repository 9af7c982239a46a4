import 'server-only'
import { db } from '@/lib/db/client'
import { loadDebts } from '@/lib/db/load-debts'
import { loadIncidents, loadRunning } from '@/lib/db/load-incidents'
import { loadPeople } from '@/lib/db/load-people'
import { readableSystems } from '@/lib/domain/context'
import type { Debt } from '@/lib/domain/debt'
import { type FallbackPhase, type FallbackStatus, fallbackPhase } from '@/lib/domain/fallback'
import { type IncidentFacts, type Running, whyNotChangeIncident, whyNotCloseIncident } from '@/lib/domain/incident'
import type { Refusal } from '@/lib/domain/refusal'
import { commandersOf } from './incident-start'
import { getRecordOf, type RecordTimeline } from './incident-timeline'
import type { Looker } from './system-standing'

/** Something that was done for an incident. */
export type LinkedThing =
  | { kind: 'fallback'; id: string; profile: string; at: Date; phase: FallbackPhase }
  | { kind: 'rotation'; id: string; profile: string; at: Date; status: string }
  | { kind: 'promotion'; id: string; profile: string; at: Date; status: string; version: string }

/** An incident as its page shows it, with what keeps it open. */
export type IncidentDetail = {
  facts: IncidentFacts
  linked: LinkedThing[]
  running: Running[]
  debts: Debt[]
  commanders: { id: string; name: string }[]
  whyNot: { change: Refusal | null; close: Refusal | null }
  record: RecordTimeline
}

/** One incident, or null where there is none that the viewer may see (T23). The timeline is that of the incident and of all that hangs on it. */
export async function getIncident(looker: Looker, id: string): Promise<IncidentDetail | null> {
  const { actor, now } = looker
  const readable = readableSystems(actor, now)
  const [facts] = await loadIncidents(db, { id, ...(readable === null ? {} : { systemId: { in: readable } }) })
  if (!facts) return null
  const [linked, running, debts, people] = await Promise.all([
    loadLinked(facts.id, now),
    facts.closed ? [] : loadRunning(db, facts.id, now),
    facts.closed ? [] : loadDebts(db, [facts.system.id], now),
    loadPeople(db, [facts.system.id], now),
  ])
  const record = await getRecordOf(looker, [{ kind: 'incident', id: facts.id }, ...linked.map(({ kind, id: own }) => ({ kind, id: own }))])
  return {
    facts,
    linked,
    running,
    debts: debts.filter(({ incident }) => incident === facts.id),
    commanders: commandersOf(people, facts.system.id, now),
    whyNot: { change: whyNotChangeIncident(facts, actor, now), close: whyNotCloseIncident(facts, actor, running, debts, now) },
    record,
  }
}

async function loadLinked(incidentId: string, now: Date): Promise<LinkedThing[]> {
  const where = { incidentId }
  const [fallbacks, rotations, promotions] = await Promise.all([
    db.fallbackUse.findMany({
      where,
      select: {
        id: true,
        profileKey: true,
        askedAt: true,
        status: true,
        expiresAt: true,
        returnedAt: true,
        cleanedUpAt: true,
        reviewedAt: true,
      },
    }),
    db.rotation.findMany({ where, select: { id: true, profileKey: true, openedAt: true, status: true } }),
    db.promotion.findMany({
      where,
      select: { id: true, toKey: true, openedAt: true, status: true, release: { select: { version: true } } },
    }),
  ])
  const things: LinkedThing[] = [
    ...fallbacks.map((use) => ({
      kind: 'fallback' as const,
      id: use.id,
      profile: use.profileKey,
      at: use.askedAt,
      phase: fallbackPhase({ ...use, status: use.status as FallbackStatus }, now),
    })),
    ...rotations.map(({ id, profileKey, openedAt, status }) => ({
      kind: 'rotation' as const,
      id,
      profile: profileKey,
      at: openedAt,
      status,
    })),
    ...promotions.map(({ id, toKey, openedAt, status, release }) => ({
      kind: 'promotion' as const,
      id,
      profile: toKey,
      at: openedAt,
      status,
      version: release.version,
    })),
  ]
  return things.toSorted((a, b) => a.at.getTime() - b.at.getTime())
}
