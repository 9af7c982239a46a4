import { toHex } from '../bytes'
import { type Checkpoint, parseCheckpoint } from '../checkpoint'
import type { Tree } from '../merkle'
import { type CheckSignature, checkNote, type Note } from '../note'
import { parseProofFile } from '../proof-file'
import type { Keys } from './checkpoints'
import { type Findings, numbered } from './findings'
import type { Leaves } from './leaves'

type Kept = {
  kind: 'receipt' | 'anchor'
  says: Checkpoint & { note: Note }
  proof: { index: number; hashes: readonly Uint8Array[] } | null
}

/**
 * Receipts and anchors that somebody kept outside: what shows that a trail which agrees with itself is still the one that was seen (T13, T15). They count
 * once a key of the log signed them; otherwise nothing can be told by them.
 */
export class Outside {
  readonly #kept: Kept[] = []
  readonly #leafAt = new Map<number, Uint8Array | null>()
  readonly #findings: Findings
  readonly #tree: Tree
  /** What agreed with the tree of its size. */
  readonly #fitting = new Set<Kept['says']>()
  #next = 0
  /** The size of the last thing kept outside that agreed: what changed since stands behind it. */
  #agreed = 0

  constructor(handed: { receipts: readonly string[]; anchors: readonly string[] }, tree: Tree, findings: Findings) {
    this.#findings = findings
    this.#tree = tree
    for (const text of handed.receipts) {
      const proof = parseProofFile(text)
      if (proof) this.#kept.push({ kind: 'receipt', says: proof.says, proof })
      else findings.doubt('A receipt that was handed in is no proof file.')
    }
    for (const text of handed.anchors) {
      const says = parseCheckpoint(text)
      if (says) this.#kept.push({ kind: 'anchor', says, proof: null })
      else findings.doubt('An anchor that was handed in is no signed checkpoint.')
    }
    this.#kept.sort((a, b) => a.says.size - b.says.size)
    for (const { proof } of this.#kept) if (proof) this.#leafAt.set(proof.index, null)
  }

  /** Keeps only what a key of the log signed. To be awaited before the first leaf. */
  async admit(origin: string, keys: Keys, check: CheckSignature): Promise<void> {
    for (let at = this.#kept.length - 1; at >= 0; at -= 1) {
      const { kind, says } = this.#kept[at] as Kept
      const states = says.origin === origin ? await checkNote(says.note, keys.log, check) : []
      if (states.some(({ state }) => state === 'good') && !states.some(({ state }) => state === 'bad')) continue
      this.#kept.splice(at, 1)
      this.#findings.doubt(
        `${kind === 'receipt' ? 'A receipt' : 'An anchor'} over ${says.size} entries is not signed by a key of this log that is known here, so it tells nothing.`,
      )
    }
  }

  /** Remembers a leaf that a receipt is about. */
  leaf(index: number, hash: Uint8Array): void {
    if (this.#leafAt.has(index)) this.#leafAt.set(index, hash)
  }

  /** The next size of the tree that something was kept of; Infinity when there is none. */
  get nextSize(): number {
    return this.#kept[this.#next]?.says.size ?? Number.POSITIVE_INFINITY
  }

  /** Compares what was kept of the size that the tree has just reached. */
  reached(leaves: Leaves): void {
    for (; this.nextSize === leaves.size; this.#next += 1) {
      const { kind, says } = this.#kept[this.#next] as Kept
      if (leaves.hasRoot(says.root)) {
        this.#agreed = says.size
        this.#fitting.add(says)
        continue
      }
      const index = Math.max(0, Math.min(this.#agreed, says.size - 1))
      this.#findings.add(kind, index, () => ({
        says: `${kind === 'receipt' ? 'A receipt' : 'An anchor'} over ${says.size} entries was signed for another root: something from ${numbered(index)} to ${numbered(Math.max(index, says.size - 1))} was changed since.`,
        expected: toHex(says.root),
        found: leaves.root(),
      }))
    }
  }

  /** Judges what is left when the trail has ended: anything longer than it, and the proofs of receipts. */
  finish(leaves: Leaves): void {
    for (const { kind, says, proof } of this.#kept) {
      if (says.size > leaves.size)
        this.#findings.add(kind, leaves.size, () => ({
          says: `${kind === 'receipt' ? 'A receipt' : 'An anchor'} was signed over ${says.size} entries, and only ${leaves.size} are here: the rest was cut off, or this is an older copy.`,
          expected: String(says.size),
          found: String(leaves.size),
        }))
      const leaf = proof ? this.#leafAt.get(proof.index) : null
      if (!proof || (leaf && this.#tree.verifyInclusion(proof.index, says.size, leaf, proof.hashes, says.root))) continue
      // Its checkpoint is this very tree, so the entry here is the one that was signed: it is the receipt that was damaged, and it accuses nobody.
      if (this.#fitting.has(says))
        this.#findings.doubt(
          `A receipt for entry ${numbered(proof.index)} leads to no entry under its own checkpoint: it was damaged, and tells nothing.`,
        )
      else if (leaf)
        this.#findings.add('receipt', proof.index, () => ({
          says: `A receipt proves another entry ${numbered(proof.index)} than the one that is here.`,
          found: toHex(leaf),
        }))
    }
  }
}
