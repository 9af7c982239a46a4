import { nodeTree } from '@/lib/crypto/log-hash'
import type { CompactRange } from '@/lib/domain/log/merkle'
import { subtreesOf } from '@/lib/domain/log/merkle'
import { TILE_WIDTH } from '@/lib/domain/log/tile'

/** The right edge of a tree in tiles: for each level of tiles the hashes of the tile that is not full yet. All that appending needs to know. */
export type Edge = { size: number; tiles: readonly (readonly Uint8Array[])[] }

/** A tile that has become full, which is stored and never changes. */
export type FullTile = { level: number; index: number; hashes: readonly Uint8Array[] }

/** The edge of a tree without leaves. */
export const EMPTY_EDGE: Edge = { size: 0, tiles: [] }

/** How many hashes the unfinished tile of each level has in a tree of `size`, and which are the hashes it begins with, lowest level first. */
export function edgeTiles(size: number): { level: number; first: number; count: number }[] {
  const found: { level: number; first: number; count: number }[] = []
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const count = hashes % TILE_WIDTH
    found.push({ level, first: hashes - count, count })
  }
  return found
}

/** The root over some tile's hashes: that of the perfect subtree when there are 256. */
export const tileRoot = (hashes: readonly Uint8Array[]): Uint8Array => nodeTree.rootOf(rangeOfTile(hashes))

function rangeOfTile(hashes: readonly Uint8Array[]): CompactRange {
  const subtrees = subtreesOf({ from: 0, to: hashes.length }).map(([level, index]) => {
    let row = hashes.slice(index * 2 ** level, (index + 1) * 2 ** level)
    while (row.length > 1) row = pairs(row)
    return row[0] as Uint8Array
  })
  return { size: hashes.length, hashes: subtrees }
}

const pairs = (row: readonly Uint8Array[]): Uint8Array[] =>
  Array.from({ length: row.length / 2 }, (_, at) => nodeTree.nodeHash(row[at * 2] as Uint8Array, row[at * 2 + 1] as Uint8Array))

/** The root over everything left of the edge (RFC 6962). */
export function rootOfEdge({ size, tiles }: Edge): Uint8Array {
  return nodeTree.rootOf({ size, hashes: tiles.toReversed().flatMap((hashes) => rangeOfTile(hashes).hashes) })
}

/** The edge with more leaf hashes, and the tiles that became full by them, of every level. */
export function appendLeaves(edge: Edge, leaves: readonly Uint8Array[]): { edge: Edge; full: FullTile[] } {
  const tiles = edge.tiles.map((hashes) => [...hashes])
  const full: FullTile[] = []
  const push = (level: number, hash: Uint8Array, count: number): void => {
    const tile = (tiles[level] ??= [])
    tile.push(hash)
    if (tile.length < TILE_WIDTH) return
    full.push({ level, index: count / TILE_WIDTH - 1, hashes: tile })
    tiles[level] = []
    push(level + 1, tileRoot(tile), count / TILE_WIDTH)
  }
  for (const [at, leaf] of leaves.entries()) push(0, leaf, edge.size + at + 1)
  return { edge: { size: edge.size + leaves.length, tiles }, full }
}
