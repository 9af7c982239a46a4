import type { Tree } from '../merkle'

/**
 * A tree of RFC 6962 that grows leaf by leaf, as the compact range of `merkle.ts` does, but in place: a million leaves a few seconds. Tells of every node
 * that is a hash of a higher tile (each eighth level).
 */
export class GrowingTree {
  size = 0
  readonly #tree: Tree
  #stack: Uint8Array[] = []

  constructor(tree: Tree) {
    this.#tree = tree
  }

  /** Appends a leaf hash. `onTileHash(level, hash)` gets the hashes of tiles of level 1 and up as they come to be. */
  append(leaf: Uint8Array, onTileHash: (level: number, hash: Uint8Array) => void): void {
    let hash = leaf
    let level = 0
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = this.#tree.nodeHash(this.#stack[level] as Uint8Array, hash)
      level += 1
      if (level % 8 === 0) onTileHash(level / 8, hash)
    }
    this.#stack[level] = hash
    this.size += 1
  }

  /** The root of what there is, 32 bytes. */
  root(): Uint8Array {
    let root: Uint8Array | null = null
    let level = 0
    for (let rest = this.size; rest > 0; rest = Math.floor(rest / 2)) {
      const node = this.#stack[level] as Uint8Array
      if (rest % 2 === 1) root = root === null ? node : this.#tree.nodeHash(node, root)
      level += 1
    }
    return root ?? this.#tree.rootOf({ size: 0, hashes: [] })
  }

  /** Another one that goes on from here by itself. */
  copy(): GrowingTree {
    const copy = new GrowingTree(this.#tree)
    copy.size = this.size
    copy.#stack = [...this.#stack]
    return copy
  }
}
