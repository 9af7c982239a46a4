import type pg from 'pg'
import { isSameBytes, toHex } from '@/lib/domain/log/bytes'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { TILE_BYTES } from '@/lib/domain/log/tile'
import { type Edge, edgeTiles, rootOfEdge, tileRoot } from './edge'
import { Refusing } from './options'
import { fullTiles, hashesOf, leafHashes } from './tiles'

/** Where the log stands in the database. `origin` is null before the first checkpoint, `note` too. */
export type Stand = { edge: Edge; root: Uint8Array; origin: string | null; note: string | null }

async function tileRoots(client: pg.Client, level: number, first: number, count: number): Promise<Uint8Array[]> {
  return (await fullTiles(client, level, first, count)).map((tile) => {
    if (tile.length !== TILE_BYTES) throw new Refusing(`A stored tile of level ${level} does not have 256 hashes.`)
    return tileRoot(hashesOf(tile))
  })
}

/**
 * Reads where the log stands and whether what is stored leads to its newest checkpoint: the leaves and tiles of the right edge, which appending
 * goes on from. Throws `Refusing` when it does not (T13): nothing more is signed over a damaged edge.
 */
export async function loadStand(client: pg.Client): Promise<Stand> {
  const { rows } = await client.query<{ tree_size: string; root: Buffer; note: string; leaves: string }>(
    'SELECT tree_size, root, note, (SELECT coalesce(max(seq) + 1, 0) FROM audit.leaf) AS leaves FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1',
  )
  const newest = rows[0]
  const size = Number(newest?.tree_size ?? 0)
  const leaves = newest ? Number(newest.leaves) : Number((await client.query('SELECT count(*) AS n FROM audit.leaf')).rows[0].n)
  if (leaves !== size) throw new Refusing(`The newest checkpoint is over ${size} entries, but ${leaves} are integrated.`)

  const tiles: Uint8Array[][] = []
  for (const { level, first, count } of edgeTiles(size)) {
    const hashes = count === 0 ? [] : await (level === 0 ? leafHashes(client, first, count) : tileRoots(client, level - 1, first, count))
    if (hashes.length !== count)
      throw new Refusing(`Of the newest entries of the log ${count - hashes.length} hashes of level ${level} are missing.`)
    tiles.push(hashes)
  }
  const edge: Edge = { size, tiles }
  const root = rootOfEdge(edge)
  if (!newest) return { edge, root, origin: null, note: null }

  const said = parseCheckpoint(newest.note)
  if (said?.size !== size || !isSameBytes(said.root, newest.root))
    throw new Refusing(`The note of the newest checkpoint does not say what its row says.`)
  if (!isSameBytes(root, said.root))
    throw new Refusing(
      `The stored hashes lead to the root ${toHex(root).slice(0, 16)}…, the newest checkpoint says ${toHex(said.root).slice(0, 16)}….`,
    )
  return { edge, root, origin: said.origin, note: newest.note }
}
