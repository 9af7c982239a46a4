import { sha256Hex } from '../../canonical'
import type { RecordedEvent } from '../../recorded-event'
import { toHex } from '../bytes'
import { TILE_WIDTH } from '../tile'
import { Beside } from './beside'
import { Checkpoints, Keys } from './checkpoints'
import { DigestTable } from './digest-table'
import { Findings, KEPT_FINDINGS, numbered } from './findings'
import { glance } from './glance'
import { Leaves } from './leaves'
import { Outside } from './outside'
import { Rules } from './rules'
import { type StoredEntry, type TrailAbout, type TrailSource, TrailUnreadable, type Verification, type VerifyOptions } from './source'
import { Times } from './times'

/**
 * Verifies a trail from its bytes (audit-log.md, 6; T13 to T16): every leaf, tile and checkpoint, signatures, counts, what lies beside it, receipts and
 * anchors handed in, and the rules replayed. Reads it once, in order, and keeps little of it. Never throws for what is wrong with a trail; a trail that
 * cannot be read is `unknown`.
 */
export async function verifyTrail(source: TrailSource, options: VerifyOptions): Promise<Verification> {
  const started = performance.now()
  const findings = new Findings()
  let about: TrailAbout = { origin: '', size: 0, root: null, vkeys: [], counts: null }
  let run: Run | null = null
  try {
    about = await source.about()
    run = new Run(source, about, options, findings)
    await run.all()
  } catch (error) {
    if (!(error instanceof TrailUnreadable)) throw error
    findings.doubt(error.message)
  }
  return {
    outcome: findings.outcome,
    origin: about.origin,
    size: about.size,
    root: run?.root ?? '',
    entries: run?.entries ?? 0,
    checkpoints: run?.checkpoints ?? 0,
    firstBad: findings.firstBad,
    found: findings.count,
    findings: findings.kept.toSorted((a, b) => (a.index ?? Number.MAX_SAFE_INTEGER) - (b.index ?? Number.MAX_SAFE_INTEGER)),
    notChecked: findings.notChecked,
    took: Math.round(performance.now() - started),
  }
}

/** The kinds of act that the rules, the log's own keys and what lies beside the tree depend on; of any other only its text matters. */
const READ_WHOLE = new Set(['promotion', 'sign_off', 'release_notes', 'rotation', 'fallback', 'exception', 'deployment', 'text', 'log'])

type Checkpoint = { size: number; note: string }

/** One verification. */
class Run {
  entries = 0
  readonly #source: TrailSource
  readonly #about: TrailAbout
  readonly #options: VerifyOptions
  readonly #findings: Findings
  readonly #leaves: Leaves
  readonly #keys: Keys
  readonly #checkpoints: Checkpoints
  readonly #outside: Outside
  readonly #beside: Beside
  readonly #rules: Rules | null
  readonly #ids = new DigestTable()
  readonly #times: Times
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #withoutBytes = 0
  #rows: AsyncIterator<Checkpoint> | null = null
  #row: Checkpoint | null = null

  constructor(source: TrailSource, about: TrailAbout, options: VerifyOptions, findings: Findings) {
    this.#source = source
    this.#about = about
    this.#options = options
    this.#findings = findings
    this.#leaves = new Leaves(source, options.tree, about.size, findings)
    this.#keys = new Keys(about.origin, about.vkeys, options.pinned ?? [], findings)
    this.#checkpoints = new Checkpoints(about, this.#leaves, this.#keys, options.check, findings)
    this.#outside = new Outside({ receipts: options.receipts ?? [], anchors: options.anchors ?? [] }, options.tree, findings)
    this.#times = new Times(findings)
    this.#beside = new Beside(findings, options.sha256Hex ?? sha256Hex)
    this.#rules = options.rules === false ? null : new Rules()
  }

  get root(): string {
    return this.#leaves.root()
  }

  get checkpoints(): number {
    return this.#checkpoints.count
  }

  async all(): Promise<void> {
    await this.#outside.admit(this.#about.origin, this.#keys, this.#options.check)
    this.#rows = this.#source.checkpoints()[Symbol.asyncIterator]()
    await this.#nextRow()
    await this.#reached()
    await this.#walk()
    await this.#leaves.finish()
    while (this.#row) {
      await this.#checkpoints.take(this.#row)
      await this.#nextRow()
    }
    this.#judgeAbout()
    await this.#checkpoints.finish(this.#about.size)
    this.#outside.finish(this.#leaves)
    await this.#beside.finish(this.#source, this.#withoutBytes > 0 || (this.#about.counts?.pending ?? 0) > 0)
    this.#judgeRules()
    if (this.#withoutBytes > 0)
      this.#findings.skip(`${this.#withoutBytes.toLocaleString('en-GB')} entries are not in this export; only their hashes were checked.`)
  }

  async #walk(): Promise<void> {
    const { size } = this.#about
    let beyond = false
    for await (const batch of this.#source.entries(0)) {
      for (const entry of batch) {
        if (entry.index >= size) {
          if (!beyond)
            this.#findings.add('order', size, () => ({ says: `There are entries behind ${numbered(size - 1)}, where the trail ends.` }))
          beyond = true
          continue
        }
        if (entry.index < this.#leaves.size) {
          this.#findings.add('order', entry.index, () => ({ says: `Entry ${numbered(entry.index)} is there twice, or out of order.` }))
          continue
        }
        while (this.#leaves.size < entry.index) await this.#missing()
        // Only where something has to be read is anything awaited: not for each of a million.
        if (this.#leaves.size % TILE_WIDTH === 0) await this.#leaves.nextTile()
        this.#take(entry)
        if (this.#hasReached()) await this.#reached()
      }
      this.#options.onProgress?.(this.#leaves.size, size)
    }
    while (this.#leaves.size < size) await this.#missing()
    this.#options.onProgress?.(size, size)
  }

  /** An entry that is missing: its hash comes from the records, so that what stands behind it can be checked. */
  async #missing(): Promise<void> {
    const index = this.#leaves.size
    if (index % TILE_WIDTH === 0) await this.#leaves.nextTile()
    this.#findings.add('order', index, () => ({ says: `Entry ${numbered(index)} is missing.` }))
    this.#take(null)
    if (this.#hasReached()) await this.#reached()
  }

  #take(entry: StoredEntry | null): void {
    const index = this.#leaves.size
    const leaf = this.#leaves.take(entry)
    this.#outside.leaf(index, leaf)
    this.#options.onLeaf?.(index, leaf)
    if (entry) this.#read(entry)
  }

  #hasReached(): boolean {
    const { size } = this.#leaves
    return size >= (this.#row?.size ?? Number.POSITIVE_INFINITY) || size >= this.#outside.nextSize
  }

  #read(entry: StoredEntry): void {
    const { index, id, bytes, recordedAt } = entry
    this.#times.take(index, id, recordedAt, bytes)
    if (id !== null && !this.#ids.add(id, index))
      this.#findings.add('order', index, () => ({
        says: `Entry ${numbered(index)} is an event that stands in the trail before.`,
        found: id,
      }))
    if (this.#source.keepsLeaves && entry.leaf === null)
      this.#findings.add('leaf', index, () => ({ says: `The database keeps no leaf hash of entry ${numbered(index)}.` }))
    if (bytes === null) {
      this.#withoutBytes += 1
      return
    }
    this.entries += 1
    const seen = glance(bytes)
    if (seen && !READ_WHOLE.has(seen.kind)) return this.#beside.text(seen.text, index)
    const event = this.#parse(bytes)
    if (event && this.#understand(event, index, id)) return
    this.#findings.add('rule', index, () => ({ says: `Entry ${numbered(index)} is no event.` }))
  }

  /** What an event tells beyond its bytes. False where it has not the shape of one: bytes that were tampered with may say anything. */
  #understand(event: RecordedEvent, index: number, id: string | null): boolean {
    try {
      if (event.subject.kind === 'log') this.#readLog(event, index)
      this.#beside.see(event, index, id)
      this.#rules?.see(event, index)
      return true
    } catch (error) {
      if (error instanceof TypeError) return false
      throw error
    }
  }

  /** What the log says of itself: a key it took, and that it went on after a restore. */
  #readLog(event: RecordedEvent, index: number): void {
    const { vkeys, size, guard } = event.after ?? {}
    if (event.action === 'log.key_added' && Array.isArray(vkeys)) for (const vkey of vkeys) this.#checkpoints.announced(index, vkey)
    if (event.action === 'log.restored')
      this.#findings.skip(
        `By entry ${numbered(index)} the log went on from a backup of ${size} entries, where it had had ${guard}: what it signed between them before is not in it any more, and shows as a disagreement.`,
      )
  }

  #parse(bytes: Uint8Array): RecordedEvent | null {
    try {
      const event = JSON.parse(this.#decoder.decode(bytes)) as RecordedEvent
      return typeof event?.action === 'string' &&
        typeof event.subject?.id === 'string' &&
        typeof event.actor?.id === 'string' &&
        event.request
        ? event
        : null
    } catch {
      return null
    }
  }

  /** Checks every checkpoint, and everything kept outside, of the size that the tree has now. */
  async #reached(): Promise<void> {
    while (this.#row && this.#row.size <= this.#leaves.size) {
      this.#times.roundEnds()
      await this.#checkpoints.take(this.#row)
      await this.#nextRow()
    }
    this.#outside.reached(this.#leaves)
  }

  async #nextRow(): Promise<void> {
    const next = await this.#rows?.next()
    this.#row = next && !next.done ? next.value : null
  }

  #judgeAbout(): void {
    const { size, root, counts } = this.#about
    if (root !== null && !this.#leaves.hasRoot(root))
      this.#findings.add('checkpoint', this.#findings.firstBehind(this.#checkpoints.covered, size), () => ({
        says: 'The trail says another root of itself than its entries have.',
        expected: toHex(root),
        found: this.#leaves.root(),
      }))
    if (!counts) return this.#findings.skip('The counts of the database are not here, so nothing was counted.')
    if (counts.leaves !== size)
      this.#findings.add('count', Math.min(size, counts.leaves), () => ({
        says: `The database keeps ${counts.leaves} leaves, and its newest checkpoint is over ${size}.`,
        expected: String(size),
        found: String(counts.leaves),
      }))
    if (counts.events !== counts.leaves + counts.pending)
      this.#findings.add('count', null, () => ({
        says: `The database keeps ${counts.events} events, ${counts.leaves} leaves and ${counts.pending} waiting: events and leaves do not agree.`,
        expected: String(counts.leaves + counts.pending),
        found: String(counts.events),
      }))
  }

  /** What the replay found counts where it saw every entry; with some missing from an export it would accuse who only is not there. */
  #judgeRules(): void {
    if (!this.#rules) return this.#findings.skip('The rules were not replayed.')
    if (this.#withoutBytes > 0)
      return this.#findings.skip('The rules were not replayed: that takes every entry, and this export holds some.')
    this.#rules.finish()
    const { kept, count } = this.#rules.findings
    for (const { check, index, ...words } of kept) this.#findings.add(check, index, () => words)
    for (let more = KEPT_FINDINGS; more < count; more += 1) this.#findings.add('rule', null, () => ({ says: 'There are further ones.' }))
  }
}
