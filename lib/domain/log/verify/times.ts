import { type Findings, numbered } from './findings'
import { timeIn } from './glance'

/** A time as PostgreSQL gives it here: ISO, microseconds, UTC. Only such ones can be compared as text. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

/** How far the database's time of an entry may be from what its bytes say: a transaction is short, but a clock may be put right in the middle of one (T17). */
const APART_MS = 3_600_000

/**
 * What the database keeps beside the bytes of an entry and no hash binds: its id, and when it was recorded. Bound it is all the same, in part: a round is
 * ordered by both, and the bytes say the time as well. So whoever moves an entry within its round, or dates it otherwise, is found at that entry, also
 * where every hash was made anew and only a checkpoint tells that something is wrong (T13, T17).
 */
export class Times {
  readonly #findings: Findings
  #last: { index: number; key: string } | null = null
  /** The key before the last: it tells which of two that are out of order is the one that does not belong. */
  #before: string | null = null

  constructor(findings: Findings) {
    this.#findings = findings
  }

  /** A checkpoint ends a round; the next one may begin with an entry that was recorded earlier and committed later. */
  roundEnds(): void {
    this.#last = null
    this.#before = null
  }

  /** Takes the next entry, where the database says of it what it says. */
  take(index: number, id: string | null, recordedAt: string | null, bytes: Uint8Array | null): void {
    if (id === null || recordedAt === null || !INSTANT.test(recordedAt)) return
    if (bytes !== null) this.#compare(index, recordedAt, timeIn(bytes))
    const key = `${recordedAt} ${id}`
    const last = this.#last
    if (last === null || key >= last.key) {
      this.#before = last?.key ?? null
      this.#last = { index, key }
      return
    }
    const isThis = this.#before !== null && key < this.#before
    this.#findings.add('order', isThis ? index : last.index, () => ({
      says: `Entry ${numbered(isThis ? index : last.index)} does not stand where its time and id put it: a round of the log is ordered by both.`,
      expected: `${last.key} before what follows it`,
      found: `${key} behind it`,
    }))
    // Goes on without the one that does not belong: one moved entry is one finding.
    if (!isThis) this.#last = { index, key }
  }

  #compare(index: number, recordedAt: string, said: string | null): void {
    // Nearly always the same hour; only else is a date read.
    if (said === null || said.slice(0, 13) === recordedAt.slice(0, 13)) return
    if (Math.abs(Date.parse(`${recordedAt.slice(0, 23)}Z`) - Date.parse(said)) <= APART_MS) return
    this.#findings.add('order', index, () => ({
      says: `Entry ${numbered(index)} is kept under another time than its bytes say.`,
      expected: said,
      found: recordedAt,
    }))
  }
}
