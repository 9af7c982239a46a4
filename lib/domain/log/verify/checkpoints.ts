import { toHex } from '../bytes'
import { parseCheckpoint } from '../checkpoint'
import { type CheckSignature, checkNote, type Note, type NoteCheck, parseVkey, type VerifierKey } from '../note'
import { type Findings, numbered } from './findings'
import type { Leaves } from './leaves'

const ROW = 64

/** The keys a verification knows: the log's own, by its name, and witnesses. */
export class Keys {
  readonly log: VerifierKey[] = []
  readonly witnesses: VerifierKey[] = []
  readonly #pinned: readonly VerifierKey[]

  constructor(origin: string, own: readonly string[], pinned: readonly string[], findings: Findings) {
    this.#pinned = pinned.flatMap((vkey) => {
      const key = parseVkey(vkey)
      if (!key) findings.doubt(`“${vkey.slice(0, 60)}” is no key of a log; give the whole line as it is printed.`)
      return key ? [key] : []
    })
    const all = [...this.#pinned, ...own.flatMap((vkey) => parseVkey(vkey) ?? [])]
    for (const key of all) {
      const kin = key.name === origin ? this.log : this.witnesses
      if (!kin.some((other) => other.vkey === key.vkey)) kin.push(key)
    }
    if (this.log.length === 0) findings.doubt('No key of this log is known, so no signature could be checked.')
    else if (!this.#pinned.some(({ name }) => name === origin))
      findings.skip(
        'The keys came with the trail itself. Compare them with what is printed on a receipt or release notes; the command line takes one with --vkey.',
      )
  }

  /** The log's keys that were given from elsewhere; none when only the trail's own are known. */
  get pinned(): VerifierKey[] {
    return this.#pinned.filter(({ vkey }) => this.log.some((key) => key.vkey === vkey))
  }

  get every(): VerifierKey[] {
    return [...this.log, ...this.witnesses]
  }

  /** Takes a key that an entry of the log announced. */
  announce(vkey: string, origin: string): void {
    const key = parseVkey(vkey)
    if (key && key.name === origin && !this.log.some((other) => other.vkey === vkey)) this.log.push(key)
  }
}

/** Checks checkpoints as the tree grows past them: form, order, root, signatures. Signatures run beside the hashing; `finish` waits for them. */
export class Checkpoints {
  count = 0
  /** The size of the newest good one: what stands before is proven. */
  covered = 0
  readonly #origin: string
  readonly #size: number
  readonly #leaves: Leaves
  readonly #keys: Keys
  readonly #check: CheckSignature
  readonly #findings: Findings
  #running: Promise<void>[] = []
  /** Up to which size each key signed a good root, by key id and line. */
  readonly #signedUpTo = new Map<string, number>()
  #newest: { size: number; states: NoteCheck[] } | null = null
  readonly #announced: { index: number; vkey: string }[] = []

  constructor(about: { origin: string; size: number }, leaves: Leaves, keys: Keys, check: CheckSignature, findings: Findings) {
    this.#origin = about.origin
    this.#size = about.size
    this.#leaves = leaves
    this.#keys = keys
    this.#check = check
    this.#findings = findings
  }

  /** A key that an entry announced: it is trusted once a checkpoint behind it is signed by a trusted one. */
  announced(index: number, vkey: string): void {
    this.#announced.push({ index, vkey })
    this.#keys.announce(vkey, this.#origin)
  }

  /** Checks a checkpoint whose size the tree has just reached, or whatever stands in its place. */
  async take(row: { size: number; note: string }): Promise<void> {
    this.count += 1
    const index = Math.max(0, Math.min(this.covered, this.#size - 1))
    const bad = (says: string, values: { expected?: string; found?: string } = {}) =>
      this.#findings.add('checkpoint', index, () => ({ says, ...values }))
    const says = parseCheckpoint(row.note)
    if (!says) return bad(`What is kept as the checkpoint of ${row.size} entries is none.`)
    if (says.size !== row.size)
      return bad('A checkpoint is kept under another size than it has.', { expected: String(row.size), found: String(says.size) })
    if (says.origin !== this.#origin)
      return bad(`The checkpoint of ${row.size} entries is of another log.`, { expected: this.#origin, found: says.origin })
    if (says.size !== this.#leaves.size)
      return bad(
        says.size < this.#leaves.size
          ? `The checkpoint of ${says.size} entries stands behind one of ${this.#leaves.size}.`
          : `There is a checkpoint of ${says.size} entries, and only ${this.#leaves.size} are there.`,
      )
    const isGood = this.#leaves.hasRoot(says.root)
    if (isGood) this.covered = says.size
    else
      this.#findings.add('checkpoint', this.#findings.firstBehind(this.covered, says.size), () => ({
        says: `The checkpoint of ${says.size} entries has another root than they have: something from ${numbered(index)} to ${numbered(Math.max(index, says.size - 1))} is not what was signed.`,
        expected: toHex(says.root),
        found: this.#leaves.root(),
      }))
    this.#running.push(this.#signatures(says.note, says.size, index, isGood))
    if (this.#running.length >= ROW) await this.#settle()
  }

  /** Waits for the last signatures, and judges whether the newest checkpoint is signed by whom it must be. */
  async finish(size: number): Promise<void> {
    await this.#settle()
    const index = Math.max(0, Math.min(this.covered, size - 1))
    if (this.#newest?.size !== size) {
      if (size === 0 && this.count === 0) return this.#findings.doubt('The log has not begun: there is no checkpoint and no entry.')
      if (this.#findings.count === 0)
        this.#findings.add('checkpoint', index, () => ({ says: `There is no checkpoint over all ${size} entries.` }))
      return
    }
    const { states } = this.#newest
    for (const { key, state } of states)
      if (state === 'missing' && this.#keys.witnesses.includes(key))
        this.#findings.skip(`The newest checkpoint has no cosignature of ${key.name}.`)
    const pinned = this.#keys.pinned
    if (pinned.length === 0) return
    const trusted = this.#trusted(pinned)
    const mine = states.filter(({ key }) => trusted.has(key.vkey))
    if (mine.some(({ state }) => state === 'good')) return
    if (mine.some(({ state }) => state === 'not-checked'))
      return this.#findings.doubt(
        'The newest checkpoint could not be checked against the key you gave: this runtime does not know its kind of signature.',
      )
    this.#findings.add('signature', index, () => ({
      says: 'The newest checkpoint is signed neither by the key you gave nor by one that it introduced.',
      expected: pinned.map(({ vkey }) => vkey).join(', '),
    }))
  }

  /** The keys given from elsewhere, and those they introduced: announced by an entry below a checkpoint that a trusted key signed. */
  #trusted(pinned: readonly VerifierKey[]): Set<string> {
    const trusted = new Set(pinned.map(({ vkey }) => vkey))
    for (let before = -1; before < trusted.size; ) {
      before = trusted.size
      const upTo = Math.max(...[...trusted].map((vkey) => this.#signedUpTo.get(vkey) ?? 0))
      for (const { index, vkey } of this.#announced) if (index < upTo) trusted.add(vkey)
    }
    return trusted
  }

  async #settle(): Promise<void> {
    const running = this.#running
    this.#running = []
    await Promise.all(running)
  }

  async #signatures(note: Note, size: number, index: number, isGood: boolean): Promise<void> {
    const states = await checkNote(note, this.#keys.every, this.#check)
    const own = states.filter(({ key }) => key.name === this.#origin)
    for (const { key, state } of states) {
      if (state === 'bad')
        this.#findings.add('signature', index, () => ({
          says: `The signature of ${key.name} (${key.keyId}) on the checkpoint of ${size} entries is not by that key.`,
        }))
      if (state === 'not-checked')
        this.#findings.skip(`Signatures of the kind ${key.kind} were not checked: this runtime does not know them.`)
      if (state === 'good' && isGood) this.#signedUpTo.set(key.vkey, Math.max(size, this.#signedUpTo.get(key.vkey) ?? 0))
    }
    if (own.length > 0 && !own.some(({ state }) => state === 'good' || state === 'bad')) {
      if (own.some(({ state }) => state === 'not-checked'))
        this.#findings.doubt('A checkpoint has no signature that this runtime could check.')
      else this.#findings.add('signature', index, () => ({ says: `The checkpoint of ${size} entries is not signed by a key of this log.` }))
    }
    if (this.#newest === null || size >= this.#newest.size) this.#newest = { size, states }
  }
}
