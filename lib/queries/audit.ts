import 'server-only'
import { nodeTree } from '@/lib/crypto/log-hash'
import { db } from '@/lib/db/client'
import { type Days, daysOfTrail } from '@/lib/db/days-of-trail'
import { type LastVerification, type LogState, loadLogStanding } from '@/lib/db/load-log-state'
import { logNodes, newestCheckpoint } from '@/lib/db/read-log'
import { findEntries, marksOfTrail, readTrail, type TrailEntry, type TrailScope, trailScope } from '@/lib/db/read-trail'
import { AUDIT_DID } from '@/lib/domain/audit-did'
import type { SubjectKind } from '@/lib/domain/audit-event'
import type { Actor } from '@/lib/domain/context'
import { toHex } from '@/lib/domain/log/bytes'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import { isKnownAction, parseRecorded, type RecordedEvent } from '@/lib/domain/recorded-event'
import { type Place, placesOfDigits, placesOfSubject, TRAIL_WEEKS, type TrailFilter } from '@/lib/domain/trail'
import { type Namer, namerFor, toldOf } from './trail-namer'

/** Who looks, and at which instant their roles were read. */
export type Looker = { actor: Actor; now: Date }

/** A row of the trail, ready to show and to send as JSON. `at` is when the database recorded it, ISO 8601. */
export type AuditRow = {
  id: string
  /** Its place in the log, from 1; null while it waits for one. */
  number: number | null
  at: string
  action: string
  did: string
  outcome: 'done' | 'refused'
  count: number
  sentence: string
  who: { id: string; name: string; kind: Actor['kind'] }
  what: { kind: SubjectKind; id: string; version: number | null; label: string }
  where: { system: string | null; name: string | null; profile: { id: string; class: ProfileClass | null } | null }
  leaf: string
}

/** A row with its place in the order of the trail, for the cursor behind it. */
export type PlacedRow = { row: AuditRow; position: readonly [string, string] }

/** Which rows: how many, behind the position of a row seen before. */
export type TrailSlice = { take: number; after: readonly string[] | null }

/**
 * Entries of the trail that somebody may read, newest first, in the words of a screen. Three or four round trips whatever the number of rows: the
 * entries as the reading role, then every name at once.
 */
export async function listAuditRows(looker: Looker, filter: TrailFilter, slice: TrailSlice): Promise<PlacedRow[]> {
  const entries = await entriesOf(looker, filter, slice)
  const recorded = entries.map(({ canonical }) => parseRecorded(canonical))
  const namer = await namerFor(recorded)
  return entries.map((entry, index) => ({ row: rowOf(entry, recorded[index] as RecordedEvent, namer), position: entry.position }))
}

/** What the API answers for an entry. */
export type AuditEventAnswer = ReturnType<typeof answerOf>

/** What shows an entry in the log: the hashes (hexadecimal, lowest first) that lead from it to the root of a signed checkpoint of `size` entries. */
export type AnsweredProof = { size: number; hashes: string[]; checkpoint: string }

/**
 * Entries of the trail that somebody may read, newest first, as the API answers them, each with the position for a cursor behind it; with `proof`
 * also with its proof under the newest checkpoint, where it has its place in the log.
 */
export async function listAuditEvents(
  looker: Looker,
  filter: TrailFilter,
  slice: TrailSlice & { proof?: boolean },
): Promise<{ event: AuditEventAnswer; position: readonly [string, string] }[]> {
  const entries = await entriesOf(looker, filter, slice)
  const recorded = entries.map(({ canonical }) => parseRecorded(canonical))
  const [namer, proofs] = await Promise.all([namerFor(recorded), slice.proof ? proofsOf(entries) : new Map<string, AnsweredProof>()])
  return entries.map((entry, index) => ({
    event: answerOf(entry, recorded[index] as RecordedEvent, namer, proofs.get(entry.id) ?? null),
    position: entry.position,
  }))
}

/** Proofs of entries under the newest checkpoint, by id; each tile is read once for all of them. No content is read: nobody's systems are needed. */
async function proofsOf(entries: readonly TrailEntry[]): Promise<Map<string, AnsweredProof>> {
  const proofs = new Map<string, AnsweredProof>()
  if (entries.every(({ index }) => index === null)) return proofs
  await readTrail({ systems: [], everything: false }, async (tx) => {
    const checkpoint = await newestCheckpoint(tx)
    if (!checkpoint) return
    const read = logNodes(tx, checkpoint.size)
    for (const { id, index } of entries) {
      if (index === null || index >= checkpoint.size) continue
      const hashes = await nodeTree.inclusionProof(index, checkpoint.size, read)
      proofs.set(id, { size: checkpoint.size, hashes: hashes.map(toHex), checkpoint: checkpoint.note })
    }
  })
  return proofs
}

async function entriesOf(looker: Looker, filter: TrailFilter, slice: TrailSlice): Promise<TrailEntry[]> {
  const scope = await trailScope(looker.actor, looker.now)
  const places = await placesOf(filter)
  if (places !== null && places.length === 0) return []
  return readTrail(scope, (tx) => findEntries(tx, scope, filter, places, slice))
}

/** Where the word and subject of a filter lead; null where the filter has neither, an empty list where they lead nowhere. */
export async function placesOf(filter: TrailFilter): Promise<Place[] | null> {
  const subjects =
    filter.subject === undefined ? null : placesOfSubject(filter.subjectKind ? `${filter.subjectKind}:${filter.subject}` : filter.subject)
  const word = filter.q?.trim() ?? ''
  if (word === '') return subjects
  const found = [...placesOfDigits(word), ...placesOfSubject(word), ...(await placesOfName(word))]
  if (subjects === null) return found
  // Both: what the word means, as far as it is one of the subjects.
  return subjects.filter((subject) =>
    found.some((place) => place.by === 'subject' && subject.by === 'subject' && place.kind === subject.kind && place.id === subject.id),
  )
}

const MOST_NAMED = 8

/** Actors and subjects that a name, a version or a hash of a sealed text stands for; at most a handful of each. */
async function placesOfName(word: string): Promise<Place[]> {
  if (word.length < 2) return []
  const like = `%${word.replace(/[\\%_]/g, '\\$&')}%`
  const digits = word
    .toLowerCase()
    .replace(/^sha256:/, '')
    .replace(/\s/g, '')
  const hash = /^[0-9a-f]{8,64}$/.test(digits) ? digits : null
  const rows = await db.$queryRaw<{ kind: 'actor' | 'release' | 'promotion'; id: string }[]>`
    (SELECT 'actor' AS kind, p.id::text AS id FROM "Principal" p LEFT JOIN "Person" n ON n."principalId" = p.id
      WHERE coalesce(n.name, p.label) ILIKE ${like} ORDER BY p.id LIMIT ${MOST_NAMED})
    UNION ALL (SELECT 'release', id::text FROM "Release" WHERE version ILIKE ${like} ORDER BY "registeredAt" DESC LIMIT ${MOST_NAMED})
    UNION ALL (SELECT 'promotion', "subjectId" FROM "SealedVersion" WHERE ${hash}::text IS NOT NULL AND hash BETWEEN ${hash ?? ''} AND ${`${hash ?? ''}g`} LIMIT ${MOST_NAMED})`
  return rows.flatMap(({ kind, id }): Place[] => {
    if (kind === 'actor')
      return [
        { by: 'actor', id },
        { by: 'subject', kind: 'principal', id },
      ]
    if (kind === 'release') return [{ by: 'subject', kind: 'release', id }]
    return [
      { by: 'subject', kind: 'promotion', id },
      { by: 'subject', kind: 'release_notes', id },
    ]
  })
}

/** An entry in the words of a row. */
export function rowOf(entry: TrailEntry, event: RecordedEvent, namer: Namer): AuditRow {
  return {
    id: entry.id,
    number: entry.index === null ? null : entry.index + 1,
    at: entry.at.toISOString(),
    action: event.action,
    did: isKnownAction(event.action) ? AUDIT_DID[event.action] : event.action,
    outcome: event.outcome,
    count: event.count,
    sentence: namer.sentence(event),
    who: namer.actor(event),
    what: { kind: event.subject.kind, id: event.subject.id, version: event.subject.version, label: namer.what(event) },
    where: namer.where(event),
    leaf: entry.leaf,
  }
}

function answerOf(entry: TrailEntry, event: RecordedEvent, namer: Namer, proof: AnsweredProof | null) {
  return {
    id: entry.id,
    index: entry.index,
    number: entry.index === null ? null : entry.index + 1,
    recordedAt: entry.at.toISOString(),
    ...toldOf(event, namer),
    canonical: entry.canonical,
    leafHash: entry.leaf,
    proof,
  }
}

/** What stands above the trail: how the log stands, how much there is, since when, and entries by UTC day. */
export type TrailHead = {
  days: { day: string; count: number }[]
  /** UTC days ("2026-10-11") on which a glass was opened, newest first. */
  glassDays: string[]
  /** Entries of the last 26 weeks. */
  entries: number
  /** Whether there are older ones, which nobody counts (T30). */
  isMore: boolean
  oldestAt: string | null
  /** Whether events of no system (sign-ins, people, tokens) are among it. */
  everything: boolean
  log: LogState
  /** What the newest look at the whole record found; null while nobody looked. */
  verified: LastVerification | null
}

const WEEK_MS = 7 * 86_400_000

/** The head of the trail for somebody, or of one system of it. One transaction; days that are over are counted once in the life of a process. */
export async function getTrailHead(looker: Looker, system?: string): Promise<TrailHead> {
  const whole = await trailScope(looker.actor, looker.now)
  const scope = system === undefined || system === '-' ? whole : narrowed(whole, system)
  const since = new Date(looker.now.getTime() - TRAIL_WEEKS * WEEK_MS)
  const { days, marks, standing } = await readTrail(scope, async (tx) => ({
    days: await daysOfTrail(tx, scope, looker.now, TRAIL_WEEKS),
    marks: await marksOfTrail(tx, scope, since),
    standing: await loadLogStanding(tx),
  }))
  return {
    ...summaryOf(days, marks.oldest),
    ...standing,
    glassDays: [...new Set(marks.glass.map((at) => at.toISOString().slice(0, 10)))],
    oldestAt: marks.oldest?.toISOString() ?? null,
    everything: scope.everything,
  }
}

function narrowed(scope: TrailScope, system: string): TrailScope {
  return { systems: scope.systems.filter((id) => id === system), everything: false }
}

function summaryOf(days: Days, oldest: Date | null) {
  const sorted = [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, count]) => ({ day, count }))
  const first = sorted[0]?.day
  return {
    days: sorted,
    entries: sorted.reduce((sum, { count }) => sum + count, 0),
    isMore: oldest !== null && (first === undefined || oldest.toISOString().slice(0, 10) < first),
  }
}

/** What the filters offer: the systems somebody may read, and people, tokens and agents who may have acted there. */
export async function getTrailChoices(
  looker: Looker,
): Promise<{ systems: { id: string; name: string }[]; actors: { id: string; name: string; kind: Actor['kind'] }[]; everything: boolean }> {
  const scope = await trailScope(looker.actor, looker.now)
  const [systems, actors] = await Promise.all([
    db.system.findMany({ where: { id: { in: [...scope.systems] } }, select: { id: true, name: true }, orderBy: { name: 'asc' } }),
    actorsOf(scope),
  ])
  return { systems, actors, everything: scope.everything }
}

const MOST_ACTORS = 200

async function actorsOf(scope: TrailScope): Promise<{ id: string; name: string; kind: Actor['kind'] }[]> {
  const systems = [...scope.systems]
  return db.$queryRaw`
    SELECT p.id::text AS id, p.kind, coalesce(n.name, p.label, 'Somebody') AS name FROM "Principal" p LEFT JOIN "Person" n ON n."principalId" = p.id
    WHERE n.email IS NULL OR n.email NOT LIKE 'erased-%@erased.invalid'
      AND (${scope.everything} OR EXISTS (SELECT 1 FROM "RoleGrant" g WHERE g."principalId" = p.id AND (g."systemId" IS NULL OR g."systemId" = ANY (${systems}::text[])))
        OR EXISTS (SELECT 1 FROM "ApiToken" t WHERE t."actsAsId" = p.id AND (t."systemId" IS NULL OR t."systemId" = ANY (${systems}::text[]))))
    ORDER BY p.kind = 'person' DESC, name, p.id LIMIT ${MOST_ACTORS}`
}
