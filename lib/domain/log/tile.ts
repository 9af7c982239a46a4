import { joinBytes } from './bytes'
import { merkleTree, type ReadNode, type Sha256 } from './merkle'

// Tiles and entry bundles of c2sp.org/tlog-tiles: 256 hashes high and wide.

/** How many hashes a full tile has. */
export const TILE_WIDTH = 256
/** How many bytes a full tile has. */
export const TILE_BYTES = TILE_WIDTH * 32

/** A tile by level and number, and how many hashes it has: 256 when it is full. `entries` stands for a bundle of entries. */
export type TileName = { level: number | 'entries'; index: number; width: number }

/** The path of a tile below the log's prefix, as `tile/1/x001/234.p/17`. */
export function tilePath({ level, index, width }: TileName): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0')
  const groups = digits.match(/\d{3}/g) ?? []
  const number = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${number}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

/** Reads what `tilePath` wrote; null for any other path, also one with needless zeros. */
export function parseTilePath(path: string): TileName | null {
  const [, level, number, width] = /^tile\/(\d{1,2}|entries)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? []
  if (level === undefined || number === undefined) return null
  const name: TileName = {
    level: level === 'entries' ? 'entries' : Number(level),
    index: Number(number.replace(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  }
  if (!Number.isSafeInteger(name.index) || name.width < 1 || (name.level !== 'entries' && name.level > 63)) return null
  return tilePath(name) === path ? name : null
}

/** Every tile of hashes of a tree, full and partial, lowest level first. */
export function tilesOf(size: number): TileName[] {
  const names: TileName[] = []
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
    for (let index = 0; index * TILE_WIDTH < count; index += 1)
      names.push({ level, index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) })
  }
  return names
}

/** Whether a tree of that size has a tile (full ones stay; the partial one is that of the size's own border). */
export function isTileOf(name: TileName, size: number): boolean {
  const level = name.level === 'entries' ? 0 : name.level
  const count = Math.floor(size / TILE_WIDTH ** level)
  return (name.index + 1) * TILE_WIDTH <= count ? name.width <= TILE_WIDTH : name.index * TILE_WIDTH + name.width <= count
}

/** Entries as a bundle: each after its length in two bytes. Throws RangeError for an entry of more than 65,535 bytes. */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  return joinBytes(
    ...entries.flatMap((entry) => {
      if (entry.length > 65_535) throw new RangeError('an entry of a bundle has at most 65,535 bytes')
      return [Uint8Array.of(entry.length >> 8, entry.length & 255), entry]
    }),
  )
}

/** The entries of a bundle; null when it is cut off or has something behind. */
export function decodeEntries(bundle: Uint8Array): Uint8Array[] | null {
  const entries: Uint8Array[] = []
  for (let at = 0; at < bundle.length; ) {
    const length = ((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0)
    if (at + 2 + length > bundle.length) return null
    entries.push(bundle.slice(at + 2, at + 2 + length))
    at += 2 + length
  }
  return entries
}

/**
 * Reads nodes of a tree out of its tiles. `load` gives the hashes of one tile; each is asked for once. A node within a tile is folded from the
 * tile's hashes, so every level between two tiles is there too.
 */
export function nodesOfTiles(size: number, load: (name: TileName) => Promise<Uint8Array>, sha256: Sha256): ReadNode {
  const { nodeHash } = merkleTree(sha256)
  const loaded = new Map<string, Promise<Uint8Array>>()
  return async (level, index) => {
    const tileLevel = Math.floor(level / 8)
    const each = 2 ** (level - tileLevel * 8)
    const first = index * each
    const tile = Math.floor(first / TILE_WIDTH)
    const count = Math.floor(size / TILE_WIDTH ** tileLevel)
    const name: TileName = { level: tileLevel, index: tile, width: Math.min(TILE_WIDTH, count - tile * TILE_WIDTH) }
    const key = tilePath(name)
    const bytes = await (loaded.get(key) ?? remember(key, load(name)))
    let hashes: Uint8Array[] = []
    for (let at = first - tile * TILE_WIDTH, end = at + each; at < end; at += 1) {
      const hash = bytes.slice(at * 32, at * 32 + 32)
      if (hash.length !== 32) throw new RangeError(`the tile ${key} has no hash ${at}`)
      hashes.push(hash)
    }
    while (hashes.length > 1)
      hashes = Array.from({ length: hashes.length / 2 }, (_, at) =>
        nodeHash(hashes[at * 2] as Uint8Array, hashes[at * 2 + 1] as Uint8Array),
      )
    return hashes[0] as Uint8Array
  }

  function remember(key: string, bytes: Promise<Uint8Array>): Promise<Uint8Array> {
    loaded.set(key, bytes)
    return bytes
  }
}
