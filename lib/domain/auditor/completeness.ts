import { isSameBytes } from '../log/bytes'
import type { CompactRange, Tree } from '../log/merkle'

/** A checkpoint as a proof uses it: how many entries, and the root over them (32 bytes). */
export type Bound = { size: number; root: Uint8Array }

/**
 * That nothing was left out between two checkpoints: the subtrees of the first, and every leaf hash from there to the second, in order. Whoever has
 * the bytes of the entries computes the hashes themselves.
 */
export type Completeness = { before: Bound; range: readonly Uint8Array[]; leaves: readonly Uint8Array[]; after: Bound }

/**
 * Whether the leaves are all that lies between the two checkpoints: the subtrees give the first root, and with the leaves appended the second. One
 * left out, added, changed or moved gives another root (RFC 6962; audit-log.md, 4). Never throws on what somebody handed in.
 */
export function isComplete({ before, range, leaves, after }: Completeness, tree: Tree): boolean {
  if (!Number.isSafeInteger(before.size) || !Number.isSafeInteger(after.size) || before.size < 0) return false
  if (before.size + leaves.length !== after.size) return false
  if (range.length !== ones(before.size) || range.some((hash) => hash.length !== 32)) return false
  const start: CompactRange = { size: before.size, hashes: range }
  if (!isSameBytes(tree.rootOf(start), before.root)) return false
  let at = start
  for (const leaf of leaves) {
    if (leaf.length !== 32) return false
    at = tree.append(at, leaf)
  }
  return isSameBytes(tree.rootOf(at), after.root)
}

/** How many perfect subtrees a tree has: the ones of its size in binary. */
function ones(size: number): number {
  let count = 0
  for (let left = size; left > 0; left = Math.floor(left / 2)) count += left % 2
  return count
}
