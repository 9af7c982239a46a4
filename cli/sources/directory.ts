import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TILE_WIDTH, tilePath } from '@/lib/domain/log/tile'
import {
  type StoredEntry,
  type StoredSealed,
  type StoredText,
  type TrailAbout,
  type TrailSource,
  TrailUnreadable,
} from '@/lib/domain/log/verify/source'
import { isAbsent, rowsOf, unreadable } from './lines'

const HASH = /^[0-9a-f]{64}$/

type Fact = { index: number; id: string | null; recordedAt: string | null; leaf: Uint8Array | null }

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const whole = (value: unknown): number | null => (Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null)

function factOf(row: Record<string, unknown>): Fact | null {
  const index = whole(row.index)
  const leaf = text(row.leaf)
  return index === null
    ? null
    : {
        index,
        id: text(row.id),
        recordedAt: text(row.recordedAt),
        leaf: leaf !== null && HASH.test(leaf) ? Buffer.from(leaf, 'hex') : null,
      }
}

/** The entries of a bundle as far as it can be read: what is cut off or has something behind is simply shorter or longer than it should be. */
export function readBundle(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = []
  for (let at = 0; at + 2 <= bundle.length; ) {
    const end = at + 2 + (((bundle[at] as number) << 8) | (bundle[at + 1] as number))
    if (end > bundle.length) break
    entries.push(bundle.subarray(at + 2, end))
    at = end
  }
  return entries
}

/** The bytes of a file. Read at once and not by way of other threads: nobody else waits here, and there are thousands of small ones. */
async function bytesOf(path: string): Promise<Uint8Array | null> {
  try {
    return readFileSync(path)
  } catch (error) {
    if (isAbsent(error)) return null
    throw unreadable(path, error)
  }
}

type About = TrailAbout & { isFiltered: boolean }

function aboutOf(json: string, path: string): About {
  let row: Record<string, unknown>
  try {
    row = JSON.parse(json) as Record<string, unknown>
  } catch {
    throw new TrailUnreadable(`${path} is no JSON.`)
  }
  const size = whole(row.size)
  const root = text(row.root)
  const counts = row.counts as Record<string, unknown> | null | undefined
  const [events, leaves, pending] = [whole(counts?.events), whole(counts?.leaves), whole(counts?.pending)]
  if (row.format !== 'countersign-export/1' || text(row.origin) === null || size === null || root === null || !HASH.test(root))
    throw new TrailUnreadable(`${path} is not that of an export of the form countersign-export/1.`)
  return {
    origin: row.origin as string,
    size,
    root: Buffer.from(root, 'hex'),
    vkeys: Array.isArray(row.vkeys) ? row.vkeys.filter((vkey): vkey is string => typeof vkey === 'string') : [],
    counts: events === null || leaves === null || pending === null ? null : { events, leaves, pending },
    isFiltered: row.filter !== null,
  }
}

/** An export as it lies in a directory (format countersign-export/1). Throws `TrailUnreadable` where there is none that is finished. */
export async function directorySource(directory: string): Promise<TrailSource> {
  const path = (name: string): string => join(directory, name)
  const json = await bytesOf(path('export.json'))
  if (!json) throw new TrailUnreadable(`There is no finished export in ${directory}: export.json, which is written last, is missing.`)
  const about = aboutOf(Buffer.from(json).toString('utf8'), path('export.json'))
  return {
    about: async () => about,
    checkpoints: () => checkpointsOf(directory, about.size),
    entries: (from) => (about.isFiltered ? filtered(directory, about.size, from) : complete(directory, about.size, from)),
    tile: (name) => bytesOf(path(tilePath(name))),
    keepsLeaves: !about.isFiltered,
    texts: () => flat(rowsOf(path('texts.jsonl'), textOf)),
    sealed: () => flat(rowsOf(path('sealed.jsonl'), sealedOf)),
  }
}

async function* checkpointsOf(directory: string, size: number): AsyncGenerator<{ size: number; note: string }> {
  let last = 0
  const read = (row: Record<string, unknown>) => {
    const [at, note] = [whole(row.size), text(row.note)]
    return at === null || note === null ? null : { size: at, note }
  }
  for await (const rows of rowsOf(join(directory, 'checkpoints.jsonl'), read)) {
    for (const row of rows) {
      // A line that is none stands where it lies.
      yield row ?? { size: last, note: '' }
      last = row?.size ?? last
    }
  }
  const newest = await bytesOf(join(directory, 'checkpoint'))
  yield { size, note: newest ? Buffer.from(newest).toString('utf8') : '' }
}

/** What the database says of entries, by their index, read as one goes along: no promise for each of a million. */
class Facts {
  readonly #batches: AsyncIterator<(Fact | null)[]>
  #rows: (Fact | null)[] = []
  #at = 0
  #isOver = false

  constructor(directory: string) {
    this.#batches = rowsOf(join(directory, 'facts.jsonl'), factOf)
  }

  /** What there is of an index; undefined when more has to be read first. */
  of(index: number): Fact | null | undefined {
    while (this.#at < this.#rows.length) {
      const fact = this.#rows[this.#at] as Fact | null
      if (fact && fact.index > index) return null
      this.#at += 1
      if (fact?.index === index) return fact
    }
    return this.#isOver ? null : undefined
  }

  async more(): Promise<void> {
    const next = await this.#batches.next()
    this.#isOver = next.done === true
    this.#rows = next.done ? [] : next.value
    this.#at = 0
  }

  async read(index: number): Promise<Fact | null> {
    for (;;) {
      const fact = this.of(index)
      if (fact !== undefined) return fact
      await this.more()
    }
  }
}

const entryOf = (index: number, bytes: Uint8Array | null, fact: Fact | null): StoredEntry => ({
  index,
  bytes,
  leaf: fact?.leaf ?? null,
  id: fact?.id ?? null,
  recordedAt: fact?.recordedAt ?? null,
})

async function* complete(directory: string, size: number, from: number): AsyncGenerator<StoredEntry[]> {
  const facts = new Facts(directory)
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < size; index += 1) {
    const first = index * TILE_WIDTH
    const bundle = await bytesOf(join(directory, tilePath({ level: 'entries', index, width: Math.min(TILE_WIDTH, size - first) })))
    const batch: StoredEntry[] = []
    for (const [at, bytes] of readBundle(bundle ?? new Uint8Array()).entries()) {
      if (first + at < from) continue
      const fact = at < TILE_WIDTH ? facts.of(first + at) : null
      batch.push(entryOf(first + at, bytes, fact === undefined ? await facts.read(first + at) : fact))
    }
    yield batch
  }
}

async function* filtered(directory: string, size: number, from: number): AsyncGenerator<StoredEntry[]> {
  const facts = new Facts(directory)
  let at = from
  const empty = async function* (until: number): AsyncGenerator<StoredEntry[]> {
    while (at < until) {
      const batch = Array.from({ length: Math.min(1024, until - at) }, (_, step) => entryOf(at + step, null, null))
      at += batch.length
      yield batch
    }
  }
  const read = (row: Record<string, unknown>) => {
    const [index, canonical] = [whole(row.index), text(row.canonical)]
    return index === null || canonical === null ? null : { index, canonical }
  }
  for await (const rows of rowsOf(join(directory, 'entries.jsonl'), read)) {
    for (const row of rows) {
      if (!row || row.index < from) continue
      yield* empty(Math.min(row.index, size))
      yield [entryOf(row.index, Buffer.from(row.canonical), await facts.read(row.index))]
      at = Math.max(at, row.index + 1)
    }
  }
  yield* empty(size)
}

function textOf(row: Record<string, unknown>): StoredText | null {
  const digest = text(row.digest)
  return digest === null ? null : { digest, salt: text(row.salt), body: text(row.body), redactedBy: text(row.redactedBy) }
}

function sealedOf(row: Record<string, unknown>): StoredSealed | null {
  const [subject, subjectId, number, hash, canonical] = [
    text(row.subject),
    text(row.subjectId),
    whole(row.number),
    text(row.hash),
    text(row.canonical),
  ]
  if (subject === null || subjectId === null || number === null || hash === null || canonical === null) return null
  return { subject, subjectId, number, hash, canonical }
}

async function* flat<T>(batches: AsyncIterable<(T | null)[]>): AsyncGenerator<T> {
  for await (const rows of batches) for (const row of rows) if (row !== null) yield row
}
