import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'

/** SHA-256 of some bytes: 32 bytes. Browsers take the portable one, processes that hash much take Node's own. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** The leaves `from` (included) to `to` (excluded) of a tree. */
export type Span = { from: number; to: number }

/** The hash of the perfect subtree of 2^level leaves that is the `index`-th of its level, counted from 0. */
export type ReadNode = (level: number, index: number) => Uint8Array | Promise<Uint8Array>

/** What is needed to append to a tree and to know its root: the roots of its perfect subtrees, from left to right, as its size says in binary. */
export type CompactRange = { size: number; hashes: readonly Uint8Array[] }

/** A tree without leaves. */
export const EMPTY_RANGE: CompactRange = { size: 0, hashes: [] }

/** The largest power of two below `n` (n > 1); by arithmetic, because sizes pass 2^31. */
function splitOf(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** The spans whose hashes prove that leaf `index` is in the tree of `size` leaves, lowest first (RFC 6962, 2.1.1). Throws RangeError outside the tree. */
export function inclusionSpans(index: number, size: number): Span[] {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size)
    throw new RangeError(`there is no leaf ${index} in a tree of ${size}`)
  const spans: Span[] = []
  let from = 0
  let to = size
  while (to - from > 1) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      spans.unshift({ from: middle, to })
      to = middle
    } else {
      spans.unshift({ from, to: middle })
      from = middle
    }
  }
  return spans
}

/** The spans whose hashes prove that the tree of `size` leaves begins with the tree of `first` (RFC 6962, 2.1.2). Throws RangeError for sizes that cannot be compared. */
export function consistencySpans(first: number, size: number): Span[] {
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(size) || first < 0 || first > size)
    throw new RangeError(`a tree of ${size} has no beginning of ${first}`)
  if (first === 0 || first === size) return []
  const spans: Span[] = []
  let from = 0
  let to = size
  // Whether what is left of the old tree is the whole old tree: its root is then known to whoever checks.
  let whole = true
  while (first !== to) {
    const middle = from + splitOf(to - from)
    if (first <= middle) {
      spans.unshift({ from: middle, to })
      to = middle
    } else {
      spans.unshift({ from, to: middle })
      from = middle
      whole = false
    }
  }
  if (!whole) spans.unshift({ from, to })
  return spans
}

/** The perfect subtrees that make up a span whose start is a multiple of its subtrees, from left to right: `[level, index]`. */
export function subtreesOf({ from, to }: Span): [level: number, index: number][] {
  const found: [number, number][] = []
  let at = from
  while (at < to) {
    let level = 0
    let width = 1
    while (at % (width * 2) === 0 && at + width * 2 <= to) {
      width *= 2
      level += 1
    }
    found.push([level, at / width])
    at += width
  }
  return found
}

const isSame = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index])

/**
 * The tree of RFC 6962 over a SHA-256: hashes, appending, proofs and both verifiers (audit-log.md, 4). Verifiers never throw on what somebody
 * handed in: a proof of the wrong length or shape is simply no proof.
 */
export function merkleTree(sha256: Sha256) {
  const leafHash = (bytes: Uint8Array): Uint8Array => {
    const input = new Uint8Array(bytes.length + 1)
    input.set(bytes, 1)
    return sha256(input)
  }
  const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => {
    const input = new Uint8Array(1 + left.length + right.length)
    input[0] = 1
    input.set(left, 1)
    input.set(right, 1 + left.length)
    return sha256(input)
  }
  /** The root over subtrees in a row; that of no leaves is the hash of nothing. */
  const fold = (hashes: readonly Uint8Array[]): Uint8Array =>
    hashes.length === 0 ? sha256(new Uint8Array()) : hashes.reduceRight((right, left) => nodeHash(left, right))

  const append = (range: CompactRange, leaf: Uint8Array): CompactRange => {
    const hashes = [...range.hashes]
    let last = leaf
    // Every trailing one of the size in binary is a subtree of the same height as the new one.
    for (let size = range.size; size % 2 === 1; size = (size - 1) / 2) last = nodeHash(hashes.pop() as Uint8Array, last)
    hashes.push(last)
    return { size: range.size + 1, hashes }
  }

  const hashOf = async (span: Span, read: ReadNode): Promise<Uint8Array> =>
    fold(await Promise.all(subtreesOf(span).map(([level, index]) => read(level, index))))

  return {
    /** The hash of a leaf from its bytes: SHA-256(0x00 ‖ bytes). */
    leafHash,
    /** The hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
    nodeHash,
    /** A compact range with one leaf hash more. */
    append,
    /** The root of a compact range, 32 bytes. */
    rootOf: (range: CompactRange): Uint8Array => fold(range.hashes),
    /** The compact range of the first `size` leaves, from stored subtrees. */
    rangeOf: async (size: number, read: ReadNode): Promise<CompactRange> => ({
      size,
      hashes: await Promise.all(subtreesOf({ from: 0, to: size }).map(([level, index]) => read(level, index))),
    }),
    /** The root of leaf hashes in a row. */
    rootOfLeaves: (leaves: readonly Uint8Array[]): Uint8Array => fold(leaves.reduce(append, EMPTY_RANGE).hashes),
    /** The hashes that prove leaf `index` in the tree of `size`. */
    inclusionProof: (index: number, size: number, read: ReadNode): Promise<Uint8Array[]> =>
      Promise.all(inclusionSpans(index, size).map((span) => hashOf(span, read))),
    /** The hashes that prove that the tree of `size` begins with the tree of `first`. */
    consistencyProof: (first: number, size: number, read: ReadNode): Promise<Uint8Array[]> =>
      Promise.all(consistencySpans(first, size).map((span) => hashOf(span, read))),

    /** Whether a proof shows that `leaf` (a leaf hash) is number `index` of the tree with that size and root (RFC 9162, 2.1.3.2). */
    verifyInclusion(index: number, size: number, leaf: Uint8Array, proof: readonly Uint8Array[], root: Uint8Array): boolean {
      if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false
      let fn = index
      let sn = size - 1
      let hash = leaf
      for (const sibling of proof) {
        if (sn === 0 || sibling.length !== 32) return false
        if (fn % 2 === 1 || fn === sn) {
          hash = nodeHash(sibling, hash)
          while (fn % 2 === 0 && fn !== 0) {
            fn /= 2
            sn = Math.floor(sn / 2)
          }
        } else hash = nodeHash(hash, sibling)
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
      return sn === 0 && isSame(hash, root)
    },

    /** Whether a proof shows that the tree of `size` and `root` begins with the tree of `first` and `firstRoot` (RFC 9162, 2.1.4.2). */
    verifyConsistency(first: number, firstRoot: Uint8Array, size: number, root: Uint8Array, proof: readonly Uint8Array[]): boolean {
      if (!Number.isSafeInteger(first) || !Number.isSafeInteger(size) || first < 0 || first > size) return false
      if (first === size) return proof.length === 0 && isSame(firstRoot, root)
      if (first === 0) return proof.length === 0 && isSame(firstRoot, fold([]))
      let fn = first - 1
      let sn = size - 1
      while (fn % 2 === 1) {
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
      // A first tree that is a perfect subtree is its own first hash.
      const path = fn === 0 ? [firstRoot, ...proof] : [...proof]
      let old = path[0]
      let now = path[0]
      if (old === undefined || now === undefined || old.length !== 32) return false
      for (const sibling of path.slice(1)) {
        if (sn === 0 || sibling.length !== 32) return false
        if (fn % 2 === 1 || fn === sn) {
          old = nodeHash(sibling, old)
          now = nodeHash(sibling, now)
          while (fn % 2 === 0 && fn !== 0) {
            fn /= 2
            sn = Math.floor(sn / 2)
          }
        } else now = nodeHash(now, sibling)
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
      return sn === 0 && isSame(old, firstRoot) && isSame(now, root)
    },
  }
}

/** The tree over the portable SHA-256, for browsers and for a proof or two. */
export const tree = merkleTree(nobleSha256)

/** The functions of a tree. */
export type Tree = ReturnType<typeof merkleTree>
