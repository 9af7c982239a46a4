import 'server-only'
import { nodeTree } from '@/lib/crypto/log-hash'
import { db, type Tx } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { CHANGES_MOST, type Change, changeIn, loadChanges } from '@/lib/db/load-changes'
import { checkpointCovering, consistencyOf, logNodes, readLog, type SignedCheckpoint } from '@/lib/db/read-log'
import { readTrail, type TrailScope, trailScope } from '@/lib/db/read-trail'
import { isComplete } from '@/lib/domain/auditor/completeness'
import { fromHex, isSameBytes, toHex } from '@/lib/domain/log/bytes'
import type { Looker } from '../audit'
import type { Asked } from './answer'

export { CHANGES_MOST }

/** Up to this many entries a page checks by itself; beyond, somebody asks for it, up to the second number. */
export const CHECK_ALONE = 5_000
export const CHECK_MOST = 200_000

const MINUTE_MS = 60_000

/** Where in the log the period lies, and the signed checkpoints around it. `before` is null where the log itself began in the period. */
export type PopulationRange = {
  first: number
  last: number
  before: SignedCheckpoint | null
  after: SignedCheckpoint
  consistency: string[]
}

export type Population = {
  changes: Change[]
  /** Null while nothing of the period is in the log. */
  range: PopulationRange | null
  /** What rows and trail say differently: ids that one has and the other has not. Both empty when they agree. */
  onlyRows: string[]
  onlyTrail: string[]
  waiting: number
  isTooMany: boolean
  systems: { id: string; name: string }[]
  everything: boolean
}

/** The size of the log before the period and after it, as the proof spans it. */
export const spanOf = ({ before, after }: PopulationRange): { from: number; to: number } => ({ from: before?.size ?? 0, to: after.size })

/**
 * The complete population of changes of a period as far as somebody reads it: by what the signed bytes say of their time, from the trail, laid beside
 * the rows. In the order of the log.
 */
export async function getPopulation(looker: Looker, asked: Asked): Promise<Population> {
  const scope = await trailScope(looker.actor, looker.now)
  const here = scope.systems.filter((id) => asked.system === undefined || asked.system === id)
  const [systems, found, rows, range] = await Promise.all([
    db.system.findMany({ where: { id: { in: [...scope.systems] } }, select: { id: true, name: true }, orderBy: { name: 'asc' } }),
    readTrail(scope, (tx) => loadChanges(tx, here, asked)),
    idsOfRows(here, asked),
    readLog((tx) => rangeOf(tx, asked)),
  ])
  const changes = found.slice(0, CHANGES_MOST)
  const inTrail = new Set(changes.map(({ id }) => id))
  const inRows = new Set(rows)
  return {
    changes,
    range,
    onlyRows: rows.filter((id) => !inTrail.has(id)),
    onlyTrail: changes.filter(({ id }) => !inRows.has(id)).map(({ id }) => id),
    waiting: changes.filter(({ index }) => index === null).length,
    isTooMany: found.length > CHANGES_MOST,
    systems,
    everything: scope.everything,
  }
}

async function idsOfRows(systems: readonly string[], { from, to }: Asked): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM "Promotion" WHERE "systemId" = ANY (${[...systems]}::text[]) AND "openedAt" >= ${from} AND "openedAt" < ${to}
    UNION ALL SELECT id FROM "Deployment" WHERE "systemId" = ANY (${[...systems]}::text[]) AND "startedAt" >= ${from} AND "startedAt" < ${to}
    LIMIT ${CHANGES_MOST + 1}`
  return rows.map(({ id }) => id)
}

// Entries of one round lie in the order of their recording, and rounds hold at most a thousand: the first and last of the period are among these.
const ROUND = 1_000

async function rangeOf(tx: Tx, { from, to }: Asked): Promise<PopulationRange | null> {
  const period = Prisma.sql`recorded_at >= ${from.toISOString()}::timestamptz AND recorded_at < ${new Date(to.getTime() + MINUTE_MS).toISOString()}::timestamptz`
  const [row] = await tx.$queryRaw<{ first: bigint | null; last: bigint | null }[]>(Prisma.sql`
    SELECT min(l.seq) AS first, max(l.seq) AS last FROM (
      (SELECT id FROM audit.trail WHERE ${period} ORDER BY recorded_at, id LIMIT ${ROUND})
      UNION (SELECT id FROM audit.trail WHERE ${period} ORDER BY recorded_at DESC, id DESC LIMIT ${ROUND})) edge JOIN audit.leaf l ON l.event_id = edge.id`)
  if (!row || row.first === null || row.last === null) return null
  const [first, last] = [Number(row.first), Number(row.last)]
  const after = await checkpointCovering(tx, last)
  if (!after) return null
  const before = await checkpointUpTo(tx, first)
  const consistency = await consistencyOf(tx, before?.size ?? 0, after.size)
  return { first, last, before, after, consistency: consistency.map(toHex) }
}

async function checkpointUpTo(tx: Tx, size: number): Promise<SignedCheckpoint | null> {
  const [row] = await tx.$queryRaw<{ size: bigint; root: string; note: string; at: Date }[]>`
    SELECT tree_size AS size, encode(root, 'hex') AS root, note, created_at AS at FROM audit.checkpoint
    WHERE tree_size <= ${size}::bigint AND tree_size > 0 ORDER BY tree_size DESC LIMIT 1`
  return row ? { ...row, size: Number(row.size) } : null
}

/** What a look at every entry between the two checkpoints found. `firstBad` is an index from 0. */
export type PopulationCheck = {
  entries: number
  isWhole: boolean
  firstBad: number | null
  /** Changes of the period and the reader's systems by the bytes alone, in the order of the log. */
  changes: string[]
  /** Whether that is the population that was shown. */
  isSame: boolean
}

const BATCH = 2_000
type EntryRow = { seq: bigint; canonical: string | null; leaf: Uint8Array }

/** Entries from the record in the order of the log, with the leaf hash the log has; the caller has judged who sees what. Inside `readLog`. */
export async function* entriesBetween(
  tx: Tx,
  from: number,
  to: number,
): AsyncGenerator<{ index: number; canonical: string | null; leaf: Uint8Array }[]> {
  for (let at = from; at < to; at += BATCH) {
    const rows = await tx.$queryRaw<EntryRow[]>`
      SELECT l.seq, e.canonical, l.leaf_hash AS leaf FROM audit.leaf l LEFT JOIN audit.event e ON e.recorded_at = l.event_at AND e.id = l.event_id
      WHERE l.seq >= ${at}::bigint AND l.seq < ${Math.min(at + BATCH, to)}::bigint ORDER BY l.seq`
    yield rows.map(({ seq, canonical, leaf }) => ({ index: Number(seq), canonical, leaf: Uint8Array.from(leaf) }))
  }
}

/**
 * Goes through every entry between the two checkpoints from its bytes: each gives its leaf, the leaves give the root of the second checkpoint from the
 * first, and the changes among them are those of the population. So nothing was left out (T13, T14). Reads everything, says nothing of what the
 * reader may not see.
 */
export function checkPopulation(population: Population, range: PopulationRange, asked: Asked): Promise<PopulationCheck> {
  const seen = new Set(population.systems.map(({ id }) => id).filter((id) => asked.system === undefined || id === asked.system))
  const { from, to } = spanOf(range)
  return readLog(async (tx) => {
    const leaves: Uint8Array[] = []
    const changes: string[] = []
    let firstBad: number | null = null
    for await (const batch of entriesBetween(tx, from, to)) {
      for (const { index, canonical, leaf } of batch) {
        const own = canonical === null ? null : nodeTree.leafHash(new TextEncoder().encode(canonical))
        if (firstBad === null && (own === null || !isSameBytes(own, leaf) || index !== from + leaves.length)) firstBad = index
        leaves.push(own ?? leaf)
        const id = canonical === null ? null : changeIn(canonical, asked, seen)
        if (id !== null) changes.push(id)
      }
    }
    const start = await nodeTree.rangeOf(from, logNodes(tx, from))
    const isWhole =
      firstBad === null &&
      isComplete(
        {
          before: { size: from, root: range.before ? bytes(range.before.root) : nodeTree.rootOf({ size: 0, hashes: [] }) },
          range: start.hashes,
          leaves,
          after: { size: to, root: bytes(range.after.root) },
        },
        nodeTree,
      )
    const shown = population.changes.filter(({ index }) => index !== null && index < to).map(({ id }) => id)
    return {
      entries: leaves.length,
      isWhole,
      firstBad,
      changes,
      isSame: changes.length === shown.length && changes.every((id, i) => id === shown[i]),
    }
  })
}

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()

/** What a list says of a change beside its numbers. */
export type ChangeWords = { version: string; profile: string; status: string; authorised: boolean | null; how: string }

/** Words for some changes by id, in one statement. */
export async function wordsOfChanges(ids: readonly string[]): Promise<Map<string, ChangeWords>> {
  const rows = await db.$queryRaw<(ChangeWords & { id: string })[]>`
    SELECT p.id, r.version, p."toKey" AS profile, p.status, NULL AS authorised, CASE WHEN p.emergency THEN 'emergency' ELSE 'promotion' END AS how
      FROM "Promotion" p JOIN "Release" r ON r.id = p."releaseId" WHERE p.id = ANY (${[...ids]}::text[])
    UNION ALL SELECT d.id, r.version, d."profileKey", d.status, d.authorised, d.kind
      FROM "Deployment" d JOIN "Release" r ON r.id = d."releaseId" WHERE d.id = ANY (${[...ids]}::text[])`
  return new Map(rows.map(({ id, ...words }) => [id, words]))
}

/** A draw as it is on the record. `number` is null while it waits for its place in the log. */
export type DrawRecord = { at: Date; by: string; entry: { id: string; number: number | null }; population: number; changes: string }

/** The newest draw on the record under a name (`sampleId`) that somebody may read; null when it was never drawn. */
export async function findDraw(looker: Looker, id: string): Promise<DrawRecord | null> {
  const scope: TrailScope = await trailScope(looker.actor, looker.now)
  const [row] = await readTrail(
    scope,
    (tx) => tx.$queryRaw<{ id: string; at: Date; actor: string; seq: bigint | null; population: number; changes: string }[]>`
      SELECT e.id::text, e.recorded_at AS at, e.actor_id AS actor, l.seq, (e.payload -> 'after' ->> 'population')::int AS population, e.payload -> 'after' ->> 'changes' AS changes
      FROM audit.trail e LEFT JOIN audit.leaf l ON l.event_id = e.id
      WHERE e.subject_kind = 'trail' AND e.subject_id = ${id} AND e.action = 'trail.sampled' ORDER BY e.recorded_at DESC LIMIT 1`,
  )
  if (!row) return null
  const by = await db.person.findUnique({ where: { principalId: row.actor }, select: { name: true } })
  return {
    at: row.at,
    by: by?.name ?? 'Somebody erased',
    entry: { id: row.id, number: row.seq === null ? null : Number(row.seq) + 1 },
    population: row.population,
    changes: row.changes,
  }
}
