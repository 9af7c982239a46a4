import { toHex } from '../bytes'
import type { Tree } from '../merkle'
import { TILE_WIDTH, tilePath } from '../tile'
import { type Findings, numbered } from './findings'
import { GrowingTree } from './growing'
import type { StoredEntry, TrailSource } from './source'

type Side = { tree: GrowingTree; levels: Uint8Array[][] }

/** Whether the 32 bytes at a place of a tile are a hash. */
function isAt(tile: Uint8Array, at: number, hash: Uint8Array): boolean {
  for (let byte = 0; byte < 32; byte += 1) if (tile[at + byte] !== hash[byte]) return false
  return hash.length === 32
}

/**
 * The leaves of a trail, one after the other: each hash from the entry's own bytes against what the tiles and the database keep of it, and the tree over
 * them against the tiles above. Where bytes and records disagree it goes on with both trees, so that one changed entry is one finding and not one for
 * every checkpoint behind it.
 */
export class Leaves {
  readonly #source: TrailSource
  readonly #tree: Tree
  readonly #size: number
  readonly #findings: Findings
  readonly #recorded: Side
  /** The tree over the bytes, from where it first differs from the recorded one. */
  #computed: Side | null = null
  #tile: Uint8Array | null = null
  #full: [level: number, index: number][] = []

  constructor(source: TrailSource, tree: Tree, size: number, findings: Findings) {
    this.#source = source
    this.#tree = tree
    this.#size = size
    this.#findings = findings
    this.#recorded = { tree: new GrowingTree(tree), levels: [] }
  }

  /** How many leaves there are so far. */
  get size(): number {
    return this.#recorded.tree.size
  }

  /** Whether a root of this size is the one of what is recorded, or of the bytes. */
  hasRoot(root: Uint8Array): boolean {
    return [this.#recorded, this.#computed].some((side) => side !== null && isAt(side.tree.root(), 0, root))
  }

  /** The root over the bytes, hex. */
  root(): string {
    return toHex((this.#computed ?? this.#recorded).tree.root())
  }

  /** Reads the tile that the next leaf stands in; to be awaited whenever `size` is a multiple of 256. */
  async nextTile(): Promise<void> {
    await this.#checkFull()
    const from = this.size
    const width = Math.min(TILE_WIDTH, this.#size - from)
    if (width <= 0) return
    const name = { level: 0, index: from / TILE_WIDTH, width }
    this.#tile = await this.#source.tile(name)
    this.#checkLength(this.#tile, tilePath(name), from, 1, width)
  }

  /** Takes the next entry, or that there is none (null): its hash then comes from the records. Gives the leaf hash that was taken. */
  take(entry: StoredEntry | null): Uint8Array {
    const index = this.size
    const at = (index % TILE_WIDTH) * 32
    const tile = this.#tile !== null && at + 32 <= this.#tile.length ? this.#tile : null
    const leaf = entry?.leaf ?? null
    const bytes = entry?.bytes ?? null
    const computed = bytes === null ? null : this.#tree.leafHash(bytes)
    if (computed !== null && (tile === null || isAt(tile, at, computed)) && (leaf === null || isAt(leaf, 0, computed)))
      this.#append(computed, null)
    else this.#settle(index, computed, tile === null ? null : tile.slice(at, at + 32), leaf)
    return computed ?? leaf ?? tile?.slice(at, at + 32) ?? new Uint8Array(32)
  }

  /** Checks the tiles that are still open at the end. */
  async finish(): Promise<void> {
    await this.#checkFull()
    if (this.#source.fullTilesOnly) return
    for (const [level, hashes] of this.#recorded.levels.entries()) {
      // A full one was checked when it became full.
      if (hashes.length === 0 || hashes.length === TILE_WIDTH) continue
      await this.#checkTile(level, Math.floor(this.#size / TILE_WIDTH ** (level + 1)))
    }
  }

  /** Says what disagrees about a leaf, and goes on with what is recorded of it, and with what its bytes have. */
  #settle(index: number, computed: Uint8Array | null, tile: Uint8Array | null, leaf: Uint8Array | null): void {
    const isSame = (a: Uint8Array | null, b: Uint8Array | null) => a !== null && b !== null && isAt(a, 0, b)
    const differ = (a: Uint8Array | null, b: Uint8Array | null) => a !== null && b !== null && !isAt(a, 0, b)
    const recorded = tile ?? leaf
    if (differ(computed, tile) && isSame(computed, leaf))
      this.#say('tile', index, 'the tile keeps another hash than the entry and the database', computed, tile)
    else if (differ(computed, leaf) && (tile === null || isSame(computed, tile)))
      this.#say('leaf', index, 'the database keeps another leaf hash than that of the bytes', leaf, computed)
    else if (differ(computed, recorded)) this.#say('leaf', index, 'its bytes have another hash than the tree keeps', recorded, computed)
    else if (computed === null && differ(tile, leaf))
      this.#say('leaf', index, 'the database keeps another leaf hash than the tile', tile, leaf)
    else if (computed === null && recorded === null) this.#say('leaf', index, 'neither it nor its hash is there', null, null)
    // Which of two is right, only what was signed can tell: both trees go on.
    const kept = recorded ?? computed ?? new Uint8Array(32)
    this.#append(kept, differ(computed, kept) ? computed : null)
  }

  #say(check: 'leaf' | 'tile', index: number, what: string, expected: Uint8Array | null, found: Uint8Array | null): void {
    this.#findings.add(check, index, () => ({
      says: `Entry ${numbered(index)}: ${what}.`,
      ...(expected ? { expected: toHex(expected) } : {}),
      ...(found ? { found: toHex(found) } : {}),
    }))
  }

  #append(recorded: Uint8Array, computed: Uint8Array | null): void {
    // Before the first difference there is one tree; it is copied as it was before this leaf.
    if (computed && !this.#computed)
      this.#computed = { tree: this.#recorded.tree.copy(), levels: this.#recorded.levels.map((hashes) => [...hashes]) }
    const full: [number, number][] = []
    this.#grow(this.#recorded, recorded, (level, index) => full.push([level, index]))
    if (this.#computed) this.#grow(this.#computed, computed ?? recorded, () => undefined)
    this.#full.push(...full)
  }

  #grow(side: Side, leaf: Uint8Array, onFull: (level: number, index: number) => void): void {
    side.tree.append(leaf, (level, hash) => {
      while (side.levels.length <= level) side.levels.push([])
      const hashes = side.levels[level] as Uint8Array[]
      if (hashes.length === TILE_WIDTH) hashes.length = 0
      hashes.push(hash)
      if (hashes.length === TILE_WIDTH) onFull(level, Math.floor(side.tree.size / TILE_WIDTH ** (level + 1)))
    })
  }

  /** Full tiles of level 1 and up wait here until something may be awaited: at most until the next 256 leaves. */
  async #checkFull(): Promise<void> {
    const full = this.#full
    this.#full = []
    for (const [level, index] of full) await this.#checkTile(level, index)
  }

  async #checkTile(level: number, index: number): Promise<void> {
    const ours = this.#recorded.levels[level] as Uint8Array[]
    const others = this.#computed?.levels[level]
    const name = { level, index, width: ours.length }
    const each = TILE_WIDTH ** level
    const stored = await this.#source.tile(name)
    this.#checkLength(stored, tilePath(name), index * TILE_WIDTH * each, each, ours.length)
    if (stored === null) return
    for (const [at, hash] of ours.entries()) {
      if ((at + 1) * 32 > stored.length || isAt(stored, at * 32, hash)) continue
      const other = others?.[at]
      if (other && isAt(stored, at * 32, other)) continue
      const from = (index * TILE_WIDTH + at) * each
      this.#findings.add('tile', from, () => ({
        says: `The tile ${tilePath(name)} keeps another hash over the entries ${numbered(from)} to ${numbered(from + each - 1)} than they have.`,
        expected: toHex(hash),
        found: toHex(stored.slice(at * 32, at * 32 + 32)),
      }))
    }
  }

  #checkLength(tile: Uint8Array | null, path: string, from: number, each: number, width: number): void {
    if (tile === null && this.#source.fullTilesOnly && width < TILE_WIDTH) return
    const length = tile?.length ?? 0
    if (length === width * 32) return
    const index = Math.min(from + Math.min(width, Math.floor(length / 32)) * each, this.#size - 1)
    this.#findings.add('tile', index, () => ({
      says: tile === null ? `The tile ${path} is missing.` : `The tile ${path} has another length than its hashes have.`,
      expected: `${width * 32} bytes`,
      found: `${length} bytes`,
    }))
  }
}
