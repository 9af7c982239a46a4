import 'server-only'
import { logKeys, newestCheckpoint } from '@/lib/db/read-log'
import { readTrail, trailScope } from '@/lib/db/read-trail'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import type { Looker } from './audit'

// What a browser verifies the record with (audit-log.md, 6): hashes of all of it, and the bytes of what its reader may see. A hash tells nothing: the
// text under it holds random ids (T23).

/** What the log says of itself; `root` is hexadecimal. `vkeys` are the keys of the log, past and present, and of witnesses. */
export type CheckedLog = { origin: string; size: number; root: string; vkeys: string[] }

/** A checkpoint as it was signed, with the lines of witnesses. */
export type CheckedCheckpoint = { size: number; note: string }

/** An entry: `i` its index, `l` its leaf hash in hexadecimal, and where the reader may see it `e` its id, `t` when it was recorded, `c` its text. */
export type CheckedEntry = { i: number; l: string; e?: string; t?: string; c?: string }

/** How much one answer holds at most. */
export const CHECK_BATCH = { checkpoints: 500, entries: 1_000, tiles: 64 } as const

/** Whether somebody may verify: whoever reads anything of the trail. */
export async function mayCheck(looker: Looker): Promise<boolean> {
  const scope = await trailScope(looker.actor, looker.now)
  return scope.everything || scope.systems.length > 0
}

const NOBODY = { systems: [], everything: false } as const

/** What the log says of itself now; null while it has no checkpoint. */
export async function getCheckedLog(): Promise<CheckedLog | null> {
  return readTrail(NOBODY, async (tx) => {
    const checkpoint = await newestCheckpoint(tx)
    const said = checkpoint && parseCheckpoint(checkpoint.note)
    if (!checkpoint || !said) return null
    const keys = await logKeys(tx)
    const witnesses = await tx.$queryRaw<{ vkey: string }[]>`SELECT DISTINCT vkey FROM audit.cosignature ORDER BY vkey`
    return {
      origin: said.origin,
      size: checkpoint.size,
      root: checkpoint.root,
      vkeys: [...new Set([...keys.map(({ vkey }) => vkey), ...witnesses.map(({ vkey }) => vkey)])],
    }
  })
}

/** Checkpoints larger than `after` and at most `until`, ascending, some hundred at once. */
export async function listCheckedCheckpoints({ after, until }: { after: number; until: number }): Promise<CheckedCheckpoint[]> {
  return readTrail(NOBODY, async (tx) => {
    const rows = await tx.$queryRaw<{ size: bigint; note: string; lines: string | null }[]>`
      SELECT c.tree_size AS size, c.note, (SELECT string_agg(line, '' ORDER BY key_id) FROM audit.cosignature WHERE tree_size = c.tree_size) AS lines
      FROM audit.checkpoint c WHERE c.tree_size > ${after}::bigint AND c.tree_size <= ${until}::bigint ORDER BY c.tree_size LIMIT ${CHECK_BATCH.checkpoints}`
    return rows.map(({ size, note, lines }) => ({ size: Number(size), note: `${note}${lines ?? ''}` }))
  })
}

/** Entries from an index on and below `until`, ascending: the text of those that somebody may read, of the others their hash alone. */
export async function listCheckedEntries(looker: Looker, { from, until }: { from: number; until: number }): Promise<CheckedEntry[]> {
  const scope = await trailScope(looker.actor, looker.now)
  const end = Math.min(until, from + CHECK_BATCH.entries)
  const rows = await readTrail(
    scope,
    (tx) => tx.$queryRaw<{ seq: bigint; leaf: string; id: string | null; at: string | null; canonical: string | null }[]>`
      SELECT l.seq, encode(l.leaf_hash, 'hex') AS leaf, e.id::text, to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, e.canonical
      FROM audit.leaf l LEFT JOIN audit.trail e ON e.recorded_at = l.event_at AND e.id = l.event_id
      WHERE l.seq >= ${from}::bigint AND l.seq < ${end}::bigint ORDER BY l.seq`,
  )
  return rows.map(({ seq, leaf, id, at, canonical }) => ({
    i: Number(seq),
    l: leaf,
    ...(id === null || at === null || canonical === null ? {} : { e: id, t: at, c: canonical }),
  }))
}

/** Full tiles of a level from an index on, in base64; null where there is none. */
export async function listCheckedTiles({ level, from }: { level: number; from: number }): Promise<(string | null)[]> {
  const rows = await readTrail(
    NOBODY,
    (tx) => tx.$queryRaw<{ idx: bigint; hashes: string }[]>`
      SELECT idx, replace(encode(hashes, 'base64'), E'\n', '') AS hashes FROM audit.tile
      WHERE level = ${level}::smallint AND idx >= ${from}::bigint AND idx < ${from + CHECK_BATCH.tiles}::bigint`,
  )
  const found = new Map(rows.map(({ idx, hashes }) => [Number(idx), hashes]))
  return Array.from({ length: CHECK_BATCH.tiles }, (_, at) => found.get(from + at) ?? null)
}
