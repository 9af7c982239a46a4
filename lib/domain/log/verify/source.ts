import type { Tree } from '../merkle'
import type { CheckSignature } from '../note'
import type { TileName } from '../tile'

// What the verifier reads and what it says (audit-log.md, 6). A source is an export directory, a database, an address or arrays: the checks are one.

/**
 * An entry as it is kept. `bytes` is null where it is not in this export (its hash still is); `leaf` is what the database keeps as its leaf hash, null
 * where only the tiles say; `recordedAt` is ISO time as PostgreSQL gives it.
 */
export type StoredEntry = {
  index: number
  bytes: Uint8Array | null
  leaf: Uint8Array | null
  id: string | null
  recordedAt: string | null
}

/** A text kept apart, in hex: `digest` is SHA-256(salt ‖ 0x0A ‖ body). A redacted one has neither body nor salt, but the id of the event that took them. */
export type StoredText = { digest: string; salt: string | null; body: string | null; redactedBy: string | null }

/** A sealed version as it was shown: `hash` is the SHA-256 of `canonical`. */
export type StoredSealed = { subject: string; subjectId: string; number: number; hash: string; canonical: string }

/** How many events, leaves and waiting events the database counted when it was asked. */
export type StoredCounts = { events: number; leaves: number; pending: number }

/** What a trail says of itself: its newest checkpoint and the keys that signed (vkeys of the log, witnesses may stand among them). */
export type TrailAbout = { origin: string; size: number; root: Uint8Array | null; vkeys: readonly string[]; counts: StoredCounts | null }

/** A stored trail. It hands out what lies there, also what is wrong; where it cannot read at all it throws `TrailUnreadable`. */
export type TrailSource = {
  about(): Promise<TrailAbout>
  /** Ascending, with the newest one last. `note` is the signed checkpoint with every cosignature line at hand. */
  checkpoints(): AsyncIterable<{ size: number; note: string }>
  /** Batches of any length, ascending, from an index on. An index that is left out is missing; one without bytes is merely not in this export. */
  entries(from: number): AsyncIterable<StoredEntry[]>
  /** The bytes of a tile of hashes (never of entries), null where there is none. */
  tile(name: TileName): Promise<Uint8Array | null>
  /** True where partial tiles are never stored, as in the database: their absence then means nothing. */
  fullTilesOnly?: boolean
  /** True where every entry comes with what the database keeps as its leaf: one without is then a finding. */
  keepsLeaves?: boolean
  texts?(): AsyncIterable<StoredText>
  sealed?(): AsyncIterable<StoredSealed>
}

/** The trail cannot be read (no file, no connection, an unfinished export): nothing can be said of it (exit code 2). */
export class TrailUnreadable extends Error {
  override readonly name = 'TrailUnreadable'
}

/** What a check looked at. */
export type Check =
  | 'leaf'
  | 'tile'
  | 'checkpoint'
  | 'signature'
  | 'consistency'
  | 'count'
  | 'order'
  | 'receipt'
  | 'anchor'
  | 'text'
  | 'sealed'
  | 'rule'

/** Something that is not as it must be. `index` is the entry it begins at, counted from 0, null where it is not about one; values in hex or words. */
export type Finding = { check: Check; index: number | null; says: string; expected?: string; found?: string }

/**
 * What a verification came to. `tampered` means evidence: at least one finding. `unknown` means that what is needed could not be read or checked.
 * `findings` holds the first hundred, `found` counts all; `firstBad` is the lowest index of them; `took` is milliseconds.
 */
export type Verification = {
  outcome: 'good' | 'tampered' | 'unknown'
  origin: string
  size: number
  /** Hex of the root computed from the entries. */
  root: string
  /** How many entries were checked from their own bytes. */
  entries: number
  checkpoints: number
  firstBad: number | null
  found: number
  findings: Finding[]
  notChecked: string[]
  took: number
}

/** What to verify a trail with. */
export type VerifyOptions = {
  tree: Tree
  check: CheckSignature
  /** vkeys known from elsewhere: the log's key, and witnesses. Without any, the trail's own are taken, and that is said. */
  pinned?: readonly string[]
  /** Proof files (c2sp.org/tlog-proof) that somebody kept. */
  receipts?: readonly string[]
  /** Signed checkpoints that somebody kept. */
  anchors?: readonly string[]
  onProgress?(done: number, of: number): void
  /** Gets every leaf hash that was taken, by its index: for whoever looks entries up by their hash. */
  onLeaf?(index: number, leaf: Uint8Array): void
  /** The hex SHA-256 of a text, where a faster one than the portable is at hand. */
  sha256Hex?(text: string): string
  /** Whether the rules are replayed (true unless told). */
  rules?: boolean
}
