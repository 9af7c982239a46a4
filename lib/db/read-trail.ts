import 'server-only'
import { type Actor, readableSystems } from '@/lib/domain/context'
import { actionsOf, type Place, type TrailFilter } from '@/lib/domain/trail'
import { db, type Tx } from './client'
import { Prisma } from './generated/client'

/** Whose trail: the systems whose events somebody may read, and whether those of no system and every other one (`everything`). */
export type TrailScope = { systems: readonly string[]; everything: boolean }

/**
 * An entry as it lies there. `position` names its place in the order of the trail, to the microsecond; `index` its place in the log, from 0, null
 * while it waits for one.
 */
export type TrailEntry = {
  id: string
  at: Date
  position: readonly [string, string]
  canonical: string
  leaf: string
  index: number | null
}

const SLUG = /^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/

// A page asks several times at the one instant of its request: by that object, which nobody else has.
const asked = new WeakMap<Date, { actor: Actor; scope: Promise<TrailScope> }>()

/**
 * The systems whose events an actor may read now: those of their grants. Somebody with a grant for all systems reads events of no system too
 * (sign-ins, people, tokens), and nobody else does (T23). The same actor at the same instant (the object of their request) is asked for once.
 */
export function trailScope(actor: Actor, now: Date): Promise<TrailScope> {
  const known = asked.get(now)
  if (known?.actor === actor) return known.scope
  const scope = scopeOf(actor, now)
  asked.set(now, { actor, scope })
  return scope
}

async function scopeOf(actor: Actor, now: Date): Promise<TrailScope> {
  const readable = readableSystems(actor, now)
  if (readable !== null) return { systems: readable, everything: false }
  const systems = await db.system.findMany({ select: { id: true }, orderBy: { id: 'asc' } })
  return { systems: systems.map(({ id }) => id), everything: true }
}

/**
 * Reads the trail as the reading role, in a transaction that can only read: row-level security shows it the events of the scope and nothing else
 * (T23). The application's own role may only append. Everything is set in one statement and ends with the transaction. `whole` is every event, for
 * what has judged by itself what it gives to whom.
 */
export function readTrail<T>(scope: TrailScope | 'whole', work: (tx: Tx) => Promise<T>): Promise<T> {
  const named =
    scope === 'whole'
      ? Prisma.sql`(SELECT coalesce(string_agg(id, ',') || ',', '') || '*' FROM "System")`
      : Prisma.sql`${[...scope.systems.filter((id) => SLUG.test(id)), ...(scope.everything ? ['*'] : [])].join(',')}`
  return db.$transaction(async (tx) => {
    // On a server left at its defaults the planner takes a lookup for four times what it costs on any disk of today, and reads whole partitions.
    await tx.$queryRaw`
      SELECT set_config('app.systems', ${named}, true), set_config('random_page_cost', '1.1', true), set_config('transaction_read_only', 'on', true),
        set_config('role', 'countersign_read', true)`
    return work(tx)
  })
}

const DAY_MS = 86_400_000

/** The rows of one arm: one system (or all), one place (or anywhere), newest first. With `kinds`, the place is a subject of any of these kinds. */
type Arm = { system: string | null | undefined; place: Place | undefined; kinds?: readonly string[] }

function conditions({ system, place, kinds }: Arm, filter: TrailFilter, after: readonly string[] | null): Prisma.Sql {
  // An upper bound even for the newest page, so that partitions of years to come are not even planned for. A day ahead is past any clock's error.
  const to = filter.to ?? new Date(Date.now() + DAY_MS)
  const all = [Prisma.sql`recorded_at < ${to.toISOString()}::timestamptz`]
  if (filter.from) all.push(Prisma.sql`recorded_at >= ${filter.from.toISOString()}::timestamptz`)
  if (after) {
    const [at = '', id = ''] = after
    // The first line alone would do; the second lets partitions that are newer be skipped.
    all.push(Prisma.sql`(recorded_at, id) < (${at}::timestamptz, ${id}::uuid)`, Prisma.sql`recorded_at <= ${at}::timestamptz`)
  }
  if (system === null) all.push(Prisma.sql`system_id IS NULL`)
  else if (system !== undefined) all.push(Prisma.sql`system_id = ${system}`)
  if (filter.subjectKind) all.push(Prisma.sql`subject_kind = ${filter.subjectKind}`)
  if (filter.number) all.push(conditionOf({ by: 'index', index: filter.number - 1 }))
  if (filter.actor) all.push(Prisma.sql`actor_id = ${filter.actor}`)
  const actions = filter.action === undefined ? null : (actionsOf(filter.action) ?? [])
  if (actions) all.push(actions.length === 1 ? Prisma.sql`action = ${actions[0]}` : Prisma.sql`action = ANY (${[...actions]}::text[])`)
  if (kinds && place?.by === 'subject') all.push(Prisma.sql`subject_kind = of.kind AND subject_id = ${place.id}`)
  else if (place) all.push(conditionOf(place))
  return Prisma.join(all, ' AND ')
}

/** What narrows entries of `audit.trail` to a place. */
export function conditionOf(place: Place): Prisma.Sql {
  switch (place.by) {
    case 'id':
      return Prisma.sql`id BETWEEN ${place.from}::uuid AND ${place.to}::uuid`
    case 'leaf':
      return Prisma.sql`leaf_hash BETWEEN decode(${place.from}, 'hex') AND decode(${place.to}, 'hex')`
    case 'index':
      // By its key, so that one partition is looked into; the id alone would be looked for in every one.
      return Prisma.sql`recorded_at = (SELECT event_at FROM audit.leaf WHERE seq = ${place.index}::bigint) AND id = (SELECT event_id FROM audit.leaf WHERE seq = ${place.index}::bigint)`
    case 'actor':
      return Prisma.sql`actor_id = ${place.id}`
    case 'subject':
      return Prisma.sql`subject_kind = ${place.kind} AND subject_id = ${place.id}`
    default:
      return place satisfies never
  }
}

function armsOf(scope: TrailScope, filter: TrailFilter, places: readonly Place[] | null): Arm[] {
  const systems = systemsOf(scope, filter.system)
  if (places === null) return systems.map((system): Arm => ({ system, place: undefined }))
  return together(places).flatMap(({ place, kinds }) => {
    // What an id, a hash or a subject leads to is of one system, and few: that it is a readable one is said by row-level security alone. What
    // somebody did is spread over systems, so each is walked by itself.
    const each = place.by !== 'actor' && filter.system === undefined && systems.length > 0 ? [undefined] : systems
    return each.map((system): Arm => ({ system, place, ...(kinds.length > 1 ? { kinds } : {}) }))
  })
}

/** An id alone may be that of twenty kinds of subjects: these are one arm, because the planner takes its time with each. */
function together(places: readonly Place[]): { place: Place; kinds: string[] }[] {
  const groups = Map.groupBy(places, (place) => (place.by === 'subject' ? place.id : place))
  return [...groups.values()].map((group) => ({
    place: group[0] as Place,
    kinds: [...new Set(group.flatMap((place) => (place.by === 'subject' ? [place.kind] : [])))],
  }))
}

function systemsOf(scope: TrailScope, asked: string | undefined): readonly (string | null | undefined)[] {
  if (asked === '-') return scope.everything ? [null] : []
  if (asked !== undefined) return [asked]
  return scope.everything ? [undefined] : scope.systems
}

/**
 * The statement for one page of the trail, newest first; null where nothing can match. Each system and place is an arm of its own with its own
 * limit, so that every arm walks an index in order and stops: a small system among large ones costs what a small one costs. Never an offset,
 * never a count (T30).
 */
export function trailPage(
  scope: TrailScope,
  filter: TrailFilter,
  places: readonly Place[] | null,
  page: { take: number; after: readonly string[] | null },
): Prisma.Sql | null {
  const order = Prisma.sql`ORDER BY recorded_at DESC, id DESC LIMIT ${page.take}`
  const arms = armsOf(scope, filter, places).map((arm) => {
    const rows = Prisma.sql`SELECT id, recorded_at, canonical, leaf_hash FROM audit.trail WHERE ${conditions(arm, filter, page.after)} ${order}`
    return arm.kinds
      ? Prisma.sql`(SELECT each.* FROM unnest(${[...arm.kinds]}::text[]) AS of(kind) CROSS JOIN LATERAL (${rows}) AS each ${order})`
      : Prisma.sql`(${rows})`
  })
  if (arms.length === 0) return null
  const rows =
    arms.length === 1
      ? (arms[0] as Prisma.Sql)
      : Prisma.sql`(SELECT DISTINCT ON (recorded_at, id) * FROM (${Prisma.join(arms, ' UNION ALL ')}) AS every ${order})`
  return Prisma.sql`
    SELECT id::text, recorded_at AS at, to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS place, canonical, encode(leaf_hash, 'hex') AS leaf,
      (SELECT seq FROM audit.leaf WHERE event_id = page.id) AS seq
    FROM ${rows} AS page ORDER BY recorded_at DESC, id DESC`
}

type Row = { id: string; at: Date; place: string; canonical: string; leaf: string; seq: bigint | null }

/** One page of the trail, newest first: at most `take` entries behind a position. `places` narrows to what a word or subject may mean; null does not. */
export async function findEntries(
  tx: Tx,
  scope: TrailScope,
  filter: TrailFilter,
  places: readonly Place[] | null,
  page: { take: number; after: readonly string[] | null },
): Promise<TrailEntry[]> {
  const statement = trailPage(scope, filter, places, page)
  if (statement === null) return []
  const rows = await tx.$queryRaw<Row[]>(statement)
  return rows.map(({ id, at, place, canonical, leaf, seq }) => ({
    id,
    at,
    position: [place, id],
    canonical,
    leaf,
    index: seq === null ? null : Number(seq),
  }))
}

/** An instant of the trail that a drawing names. */
type Mark = { kind: 'oldest' | 'glass'; at: Date }

const MOST_GLASS = 60

/**
 * When the oldest entry of the scope was written (null when there is none), and when a glass was opened since an instant, newest first: the days
 * that the drawing rings. One statement.
 */
export async function marksOfTrail(tx: Tx, scope: TrailScope, since: Date): Promise<{ oldest: Date | null; glass: Date[] }> {
  const before = Prisma.sql`recorded_at < ${new Date(Date.now() + DAY_MS).toISOString()}::timestamptz`
  const arms = armsOf(scope, {}, null).flatMap((arm) => {
    const mine = arm.system ? Prisma.sql`system_id = ${arm.system} AND` : Prisma.empty
    return [
      Prisma.sql`(SELECT 'oldest' AS kind, recorded_at AS at FROM audit.trail WHERE ${mine} ${before} ORDER BY recorded_at, id LIMIT 1)`,
    ]
  })
  if (arms.length === 0) return { oldest: null, glass: [] }
  const mine = scope.everything ? Prisma.empty : Prisma.sql`AND system_id = ANY (${[...scope.systems]}::text[])`
  const glass = Prisma.sql`(SELECT 'glass' AS kind, recorded_at AS at FROM audit.trail
    WHERE action = 'fallback.opened' AND recorded_at >= ${since.toISOString()}::timestamptz AND ${before} ${mine} ORDER BY recorded_at DESC, id DESC LIMIT ${MOST_GLASS})`
  const marks = await tx.$queryRaw<Mark[]>(Prisma.join([...arms, glass], ' UNION ALL '))
  const oldest = marks.filter(({ kind }) => kind === 'oldest').map(({ at }) => at.getTime())
  return {
    oldest: oldest.length === 0 ? null : new Date(Math.min(...oldest)),
    glass: marks.filter(({ kind }) => kind === 'glass').map(({ at }) => at),
  }
}

/** How many entries were written on a UTC day, by system (`*` for none). */
export type DayCount = { system: string; day: string; entries: number }

/**
 * How many entries each UTC day has since an instant, by system: from the index by system alone. Only the few weeks that a drawing shows, and days
 * that are over are asked for once (see `days-of-trail.ts`).
 */
export async function countDays(tx: Tx, scope: TrailScope, from: Date): Promise<DayCount[]> {
  if (!scope.everything && scope.systems.length === 0) return []
  const mine = scope.everything ? Prisma.empty : Prisma.sql`AND system_id = ANY (${[...scope.systems]}::text[])`
  return tx.$queryRaw<DayCount[]>(Prisma.sql`
    SELECT coalesce(system_id, '*') AS system, to_char(date_trunc('day', recorded_at, 'UTC') AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS entries
    FROM audit.trail WHERE recorded_at >= ${from.toISOString()}::timestamptz AND recorded_at < ${new Date(Date.now() + DAY_MS).toISOString()}::timestamptz ${mine}
    GROUP BY 1, 2`)
}
