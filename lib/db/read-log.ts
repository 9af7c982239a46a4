import 'server-only'
import { nodeSha256, nodeTree } from '@/lib/crypto/log-hash'
import { joinBytes } from '@/lib/domain/log/bytes'
import { EMPTY_RANGE, type ReadNode } from '@/lib/domain/log/merkle'
import { nodesOfTiles, TILE_BYTES, TILE_WIDTH, type TileName } from '@/lib/domain/log/tile'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { readTrail } from './read-trail'

/** A checkpoint as it was signed, with the lines of the witnesses behind the log's own. `root` is hexadecimal. */
export type SignedCheckpoint = { size: number; root: string; note: string; at: Date }

/** Where an entry lies in the log: `index` from 0, its leaf hash (32 bytes). */
export type Leaf = { index: number; eventId: string; leaf: Uint8Array }

/**
 * Reads the log as the reading role, in a transaction that can only read, with the events of every system in sight. Whoever calls has judged
 * that the reader may see what they ask for: a person who may not gets hashes and nothing else (T23).
 */
export function readLog<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  return readTrail('whole', work)
}

type CheckpointRow = { size: bigint; root: string; note: string; lines: string | null; at: Date }

async function oneCheckpoint(tx: Tx, which: Prisma.Sql): Promise<SignedCheckpoint | null> {
  const [row] = await tx.$queryRaw<CheckpointRow[]>(Prisma.sql`
    SELECT c.tree_size AS size, encode(c.root, 'hex') AS root, c.note, c.created_at AS at,
      (SELECT string_agg(line, '' ORDER BY key_id) FROM audit.cosignature WHERE tree_size = c.tree_size) AS lines
    FROM audit.checkpoint c ${which} LIMIT 1`)
  return row ? { size: Number(row.size), root: row.root, note: `${row.note}${row.lines ?? ''}`, at: row.at } : null
}

/** The newest checkpoint of the log with its cosignatures; null while there is none. Any role may ask. */
export async function newestCheckpoint(tx: Tx): Promise<SignedCheckpoint | null> {
  return oneCheckpoint(tx, Prisma.sql`ORDER BY c.tree_size DESC`)
}

/** The checkpoint of exactly that size; null when none was signed there. Any role may ask. */
export async function checkpointAt(tx: Tx, size: number): Promise<SignedCheckpoint | null> {
  return oneCheckpoint(tx, Prisma.sql`WHERE c.tree_size = ${size}::bigint`)
}

/** The first checkpoint that covers an entry by its index (from 0): the one it came into the log with. Null while it is not integrated. */
export async function checkpointCovering(tx: Tx, index: number): Promise<SignedCheckpoint | null> {
  return oneCheckpoint(tx, Prisma.sql`WHERE c.tree_size > ${index}::bigint ORDER BY c.tree_size`)
}

/** A key that signs or signed the log: from which size of the tree, and until which (null while it signs). */
export type LogKey = {
  keyId: string
  vkey: string
  kind: 'ed25519' | 'ml-dsa-44-cosignature'
  fromSize: number
  untilSize: number | null
  addedAt: Date
  retiredAt: Date | null
}

/** The keys of the log, oldest first. Any role may ask. */
export async function logKeys(tx: Tx): Promise<LogKey[]> {
  const rows = await tx.$queryRaw<(Omit<LogKey, 'fromSize' | 'untilSize'> & { fromSize: bigint; untilSize: bigint | null })[]>`
    SELECT key_id AS "keyId", vkey, kind, from_size AS "fromSize", until_size AS "untilSize", added_at AS "addedAt", retired_at AS "retiredAt"
    FROM audit.log_key ORDER BY from_size, added_at, key_id`
  return rows.map((row) => ({ ...row, fromSize: Number(row.fromSize), untilSize: row.untilSize === null ? null : Number(row.untilSize) }))
}

/** The keys, in their one-line form, that sign a checkpoint of that size. Any role may ask. */
export async function vkeysAt(tx: Tx, size: number): Promise<string[]> {
  return (await logKeys(tx))
    .filter((key) => key.fromSize <= size && (key.untilSize === null || key.untilSize >= size))
    .map(({ vkey }) => vkey)
}

type LeafRow = { seq: bigint; eventId: string; leaf: Uint8Array }

const leafOfRow = ({ seq, eventId, leaf }: LeafRow): Leaf => ({ index: Number(seq), eventId, leaf: Uint8Array.from(leaf) })

/** Where an event lies in the log; null while it waits, or when there is no such event. Inside `readLog` or `readTrail`. */
export async function leafOf(tx: Tx, eventId: string): Promise<Leaf | null> {
  return (await leavesOf(tx, [eventId])).get(eventId) ?? null
}

/** The same for many events at once, by id; those that wait are left out. */
export async function leavesOf(tx: Tx, eventIds: readonly string[]): Promise<Map<string, Leaf>> {
  if (eventIds.length === 0) return new Map()
  const rows = await tx.$queryRaw<LeafRow[]>`
    SELECT seq, event_id::text AS "eventId", leaf_hash AS leaf FROM audit.leaf WHERE event_id = ANY (${[...eventIds]}::uuid[])`
  return new Map(rows.map((row) => [row.eventId, leafOfRow(row)]))
}

/** Which event lies at an index (from 0); null when there is none. Inside `readLog` or `readTrail`. */
export async function leafAt(tx: Tx, index: number): Promise<Leaf | null> {
  const [row] = await tx.$queryRaw<LeafRow[]>`
    SELECT seq, event_id::text AS "eventId", leaf_hash AS leaf FROM audit.leaf WHERE seq = ${index}::bigint`
  return row ? leafOfRow(row) : null
}

/** The hashes that prove entry `index` (from 0) in the tree of `size`, lowest first. Throws RangeError outside the tree. Inside `readLog` or `readTrail`. */
export function proofOf(tx: Tx, index: number, size: number): Promise<Uint8Array[]> {
  return nodeTree.inclusionProof(index, size, logNodes(tx, size))
}

/** The hashes that prove that the tree of `size` begins with that of `first`. Inside `readLog` or `readTrail`. */
export function consistencyOf(tx: Tx, first: number, size: number): Promise<Uint8Array[]> {
  return nodeTree.consistencyProof(first, size, logNodes(tx, size))
}

/** The nodes of the tree of `size` leaves from stored tiles and leaves; each tile is asked for once. Inside `readLog` or `readTrail`. */
export function logNodes(tx: Tx, size: number): ReadNode {
  return nodesOfTiles(size, (name) => tileHashes(tx, name), nodeSha256)
}

/**
 * The hashes of a tile, 32 bytes each. Full ones are stored; the one at the border is put together from leaves, or from the roots of the full tiles
 * below. The caller has checked that the tree has it. Throws RangeError when rows are missing that should be there.
 */
export async function tileHashes(tx: Tx, { level, index, width }: TileName): Promise<Uint8Array> {
  if (level === 'entries') throw new RangeError('a bundle of entries has no hashes')
  const from = index * TILE_WIDTH
  const whole = width === TILE_WIDTH ? await storedTile(tx, level, index) : null
  const hashes = whole ?? (level === 0 ? await leafHashes(tx, from, width) : await rootsOfTiles(tx, level - 1, from, width))
  if (hashes.length !== width * 32) throw new RangeError(`the log has no ${width} hashes at ${level}/${index}`)
  return hashes
}

async function storedTile(tx: Tx, level: number, index: number): Promise<Uint8Array | null> {
  const [row] = await tx.$queryRaw<
    { hashes: Uint8Array }[]
  >`SELECT hashes FROM audit.tile WHERE level = ${level}::smallint AND idx = ${index}::bigint`
  return row ? Uint8Array.from(row.hashes) : null
}

async function leafHashes(tx: Tx, from: number, count: number): Promise<Uint8Array> {
  const [row] = await tx.$queryRaw<{ hashes: Uint8Array | null }[]>`
    SELECT string_agg(leaf_hash, ''::bytea ORDER BY seq) AS hashes FROM audit.leaf WHERE seq >= ${from}::bigint AND seq < ${from + count}::bigint`
  return Uint8Array.from(row?.hashes ?? [])
}

// The root of a full tile by the digest of its bytes: what it says can never grow old, whatever happens to the database. 20,000 are 3 MB.
const known = new Map<string, Uint8Array>()
const MOST_KNOWN = 20_000

async function rootsOfTiles(tx: Tx, level: number, from: number, count: number): Promise<Uint8Array> {
  const rows = await tx.$queryRaw<{ idx: bigint; digest: string }[]>`
    SELECT idx, encode(sha256(hashes), 'hex') AS digest FROM audit.tile
    WHERE level = ${level}::smallint AND idx >= ${from}::bigint AND idx < ${from + count}::bigint ORDER BY idx`
  const missing = rows.filter(({ digest }) => !known.has(digest))
  const found = missing.length
    ? await tx.$queryRaw<{ idx: bigint; hashes: Uint8Array }[]>`
        SELECT idx, hashes FROM audit.tile WHERE level = ${level}::smallint AND idx = ANY (${missing.map(({ idx }) => idx)}::bigint[])`
    : []
  const fresh = new Map(found.map(({ idx, hashes }) => [idx, rootOfTile(Uint8Array.from(hashes))]))
  const roots = rows.map(({ idx, digest }) => fresh.get(idx) ?? (known.get(digest) as Uint8Array))
  for (const { idx, digest } of missing) {
    if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value as string)
    known.set(digest, fresh.get(idx) as Uint8Array)
  }
  return joinBytes(...roots)
}

function rootOfTile(hashes: Uint8Array): Uint8Array {
  if (hashes.length !== TILE_BYTES) throw new RangeError('a stored tile has 256 hashes')
  let range = EMPTY_RANGE
  for (let at = 0; at < TILE_BYTES; at += 32) range = nodeTree.append(range, hashes.subarray(at, at + 32))
  return nodeTree.rootOf(range)
}

/**
 * The bytes of entries from `from` (included), at most `count`, in the order of the log. Throws RangeError when one of them is gone from the
 * record. Inside `readLog`: a narrower scope sees fewer events.
 */
export async function entryBytes(tx: Tx, from: number, count: number): Promise<Uint8Array[]> {
  const rows = await tx.$queryRaw<{ seq: bigint; canonical: string | null }[]>`
    SELECT l.seq, e.canonical FROM audit.leaf l LEFT JOIN audit.event e ON e.recorded_at = l.event_at AND e.id = l.event_id
    WHERE l.seq >= ${from}::bigint AND l.seq < ${from + count}::bigint ORDER BY l.seq`
  return rows.map(({ seq, canonical }) => {
    if (canonical === null) throw new RangeError(`the record has no entry ${seq}`)
    return new TextEncoder().encode(canonical)
  })
}
