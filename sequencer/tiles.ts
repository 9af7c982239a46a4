import type pg from 'pg'
import { nodeSha256 } from '@/lib/crypto/log-hash'
import { joinBytes } from '@/lib/domain/log/bytes'
import type { ReadNode } from '@/lib/domain/log/merkle'
import { nodesOfTiles, TILE_WIDTH, type TileName } from '@/lib/domain/log/tile'
import { tileRoot } from './edge'

/** The leaf hashes from `first` on, at most `count`. */
export async function leafHashes(client: pg.ClientBase, first: number, count: number): Promise<Uint8Array[]> {
  const { rows } = await client.query<{ leaf_hash: Buffer }>('SELECT leaf_hash FROM audit.leaf WHERE seq >= $1 AND seq < $2 ORDER BY seq', [
    first,
    first + count,
  ])
  return rows.map(({ leaf_hash }) => new Uint8Array(leaf_hash))
}

/** The bytes of stored full tiles of a level from `first` on, at most `count`, in their order. */
export async function fullTiles(client: pg.ClientBase, level: number, first: number, count: number): Promise<Uint8Array[]> {
  const { rows } = await client.query<{ hashes: Buffer }>(
    'SELECT hashes FROM audit.tile WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx',
    [level, first, first + count],
  )
  return rows.map(({ hashes }) => new Uint8Array(hashes))
}

/** The hashes of a tile in a row, 32 bytes each. */
export const hashesOf = (tile: Uint8Array): Uint8Array[] =>
  Array.from({ length: tile.length / 32 }, (_, at) => tile.slice(at * 32, at * 32 + 32))

/** A tile as the database has it: full ones are stored, the others made from what lies below them. Shorter where something is missing. */
async function tileOf(client: pg.ClientBase, { level, index, width }: TileName): Promise<Uint8Array> {
  if (level === 'entries') throw new RangeError('a bundle of entries has no hashes')
  const first = index * TILE_WIDTH
  if (width === TILE_WIDTH) return (await fullTiles(client, level, index, 1))[0] ?? new Uint8Array()
  if (level === 0) return joinBytes(...(await leafHashes(client, first, width)))
  return joinBytes(...(await fullTiles(client, level - 1, first, width)).map((tile) => tileRoot(hashesOf(tile))))
}

/** Reads nodes of the stored tree of `size` entries, for proofs. One tile is read at a time: a connection answers one question at once. */
export function storedNodes(client: pg.ClientBase, size: number): ReadNode {
  let turn: Promise<unknown> = Promise.resolve()
  const load = (name: TileName): Promise<Uint8Array> => {
    const mine = turn.then(() => tileOf(client, name))
    turn = mine.catch(() => {})
    return mine
  }
  return nodesOfTiles(size, load, nodeSha256)
}
