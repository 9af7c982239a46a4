import { nodeTree } from '@/lib/crypto/log-hash'
import { fromBase64, toBase64, toHex } from '@/lib/domain/log/bytes'
import { decodeEntries, encodeEntries, TILE_WIDTH, tilePath } from '@/lib/domain/log/tile'
import { type ExportFiles, hashTiles, newTestKey, signedCheckpoint } from './export-corpus'
import { eventId, type Story } from './trail-story'

/** An export that was tampered with: what was done, and the first entry that must be called bad. */
export type Damaged = { files: ExportFiles; what: string; expected: number }

/** A sound export to damage: `sizes` are those of its checkpoints, ascending. */
export type Sound = { files: ExportFiles; story: Story; sizes: readonly number[]; origin: string }

type Pick = (below: number) => number
type Row = Record<string, unknown>

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)
const utf8 = (words: string): Uint8Array => new TextEncoder().encode(words)
const rowsIn = (files: ExportFiles, path: string): Row[] =>
  text(files.get(path))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
const linesOf = (rows: readonly unknown[]): Uint8Array => utf8(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))

const sizeOf = ({ sizes }: Sound): number => sizes.at(-1) as number
/** The size of the newest checkpoint that an entry's change leaves as it was. */
const coveredBefore = ({ sizes }: Sound, index: number): number => Math.max(0, ...sizes.filter((size) => size <= index))

function entriesOf(sound: Sound): Uint8Array[] {
  const size = sizeOf(sound)
  const entries: Uint8Array[] = []
  for (let index = 0; index * TILE_WIDTH < size; index += 1)
    entries.push(...(decodeEntries(sound.files.get(bundlePath(size, index)) as Uint8Array) as Uint8Array[]))
  return entries
}

const bundlePath = (size: number, index: number): string =>
  tilePath({ level: 'entries', index, width: Math.min(TILE_WIDTH, size - index * TILE_WIDTH) })

/** The bundle that an entry stands in, taken apart, changed and put together again. */
function changeBundle(sound: Sound, index: number, change: (entries: Uint8Array[], at: number) => void): ExportFiles {
  const files = new Map(sound.files)
  const path = bundlePath(sizeOf(sound), Math.floor(index / TILE_WIDTH))
  const entries = decodeEntries(files.get(path) as Uint8Array) as Uint8Array[]
  change(entries, index % TILE_WIDTH)
  files.set(path, encodeEntries(entries))
  return files
}

/** Everything written anew over other entries, so that it agrees with itself, but for what only the key of the log can make. */
function rewrite(sound: Sound, entries: readonly Uint8Array[]): ExportFiles {
  const files = new Map([...sound.files].filter(([path]) => !path.startsWith('tile/')))
  const leaves = entries.map((bytes) => nodeTree.leafHash(bytes))
  for (const [path, bytes] of hashTiles(leaves)) files.set(path, bytes)
  for (let index = 0; index * TILE_WIDTH < entries.length; index += 1)
    files.set(bundlePath(entries.length, index), encodeEntries(entries.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)))
  const facts = rowsIn(sound.files, 'facts.jsonl')
  files.set('facts.jsonl', linesOf(leaves.map((leaf, index) => ({ ...facts[index], index, id: eventId(index), leaf: toHex(leaf) }))))
  const about = JSON.parse(text(files.get('export.json'))) as Row
  const size = entries.length
  files.set(
    'export.json',
    utf8(
      JSON.stringify({ ...about, size, root: toHex(nodeTree.rootOfLeaves(leaves)), counts: { events: size, leaves: size, pending: 0 } }),
    ),
  )
  return files
}

/** Two entries that were put into the tree together. */
function twoOfARound(sound: Sound, pick: Pick): [number, number] {
  for (;;) {
    const one = pick(sizeOf(sound) - 1)
    const end = Math.min(...sound.sizes.filter((size) => size > one))
    if (end - one >= 2) return [one, one + 1 + pick(end - one - 1)]
  }
}

function flip(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = (copy[at] as number) ^ (1 << bit)
  return copy
}

/** Which entry a byte of a bundle belongs to. */
function entryAt(bundle: Uint8Array, at: number): number {
  let entry = 0
  for (let end = 0; ; entry += 1) {
    end += 2 + (((bundle[end] as number) << 8) | (bundle[end + 1] as number))
    if (at < end) return entry
  }
}

/** The line a byte of a file stands in. */
const lineAt = (bytes: Uint8Array, at: number): number => bytes.subarray(0, at).reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0)

function firstNaming({ story }: Sound, digest: string): number {
  return story.events.findIndex((event) => event.includes(digest))
}

function flipSomewhere(sound: Sound, pick: Pick): Damaged {
  const size = sizeOf(sound)
  const paths = [...sound.files.keys()].filter(
    (path) => path.startsWith('tile/') || ['checkpoint', 'checkpoints.jsonl', 'facts.jsonl', 'texts.jsonl', 'sealed.jsonl'].includes(path),
  )
  const path = paths[pick(paths.length)] as string
  const bytes = sound.files.get(path) as Uint8Array
  let at = pick(bytes.length)
  const bit = pick(8)
  const done = (expected: number): Damaged => ({
    files: new Map(sound.files).set(path, flip(bytes, at, bit)),
    what: `bit ${bit} of byte ${at} of ${path}`,
    expected,
  })
  const [, level, rest] = /^tile\/(\w+)\/(.*)$/.exec(path) ?? []
  if (rest !== undefined) {
    const first = Number(rest.replace(/\.p.*$/, '').replace(/[x/]/g, '')) * TILE_WIDTH
    if (level === 'entries') return done(first + entryAt(bytes, at))
    return done((first + Math.floor(at / 32)) * TILE_WIDTH ** Number(level))
  }
  if (path === 'checkpoint') return done(Math.max(0, size - 1))
  const line = lineAt(bytes, at)
  const row = rowsIn(sound.files, path)[line] as Row
  // Of the facts only the leaf is bound to anything, and of a text not who redacted it: flips elsewhere change nothing that was ever sealed.
  const begin = line === 0 ? 0 : Buffer.from(bytes).subarray(0, at).lastIndexOf(10) + 1
  if (path === 'facts.jsonl') {
    at = Buffer.from(bytes).indexOf(`"leaf":"`, begin) + 8 + pick(64)
    return done(row.index as number)
  }
  if (path === 'texts.jsonl') {
    at = begin + pick(Buffer.from(bytes).indexOf(',"redactedBy"', begin) - begin)
    return done(firstNaming(sound, row.digest as string))
  }
  if (path === 'sealed.jsonl') return done(firstNaming(sound, row.hash as string))
  return done(Math.min(line === 0 ? 0 : (sound.sizes[line - 1] as number), size - 1))
}

function editCheckpoint(sound: Sound, pick: Pick): Damaged {
  const size = sizeOf(sound)
  const line = pick(sound.sizes.length)
  const rows = rowsIn(sound.files, 'checkpoints.jsonl') as { size: number; note: string }[]
  const row = rows[line] as { size: number; note: string }
  const [origin, said, root, ...rest] = row.note.split('\n') as [string, string, string, ...string[]]
  const forged = flip(fromBase64(root) as Uint8Array, pick(32), pick(8))
  const kinds: Record<string, () => string> = {
    'another root under the same signature': () => [origin, said, toBase64(forged), ...rest].join('\n'),
    'another size under the same signature': () => [origin, String(Number(said) + 1), root, ...rest].join('\n'),
    'another log under the same signature': () => [`${origin}x`, said, root, ...rest].join('\n'),
    'the same root signed by a stranger': () =>
      signedCheckpoint(origin, Number(said), fromBase64(root) as Uint8Array, [newTestKey(origin)]),
    'another root signed by a stranger': () => signedCheckpoint(origin, Number(said), forged, [newTestKey(origin)]),
    'no signature': () => `${origin}\n${said}\n${root}\n\n`,
  }
  const names = Object.keys(kinds)
  const what = names[pick(names.length)] as string
  const note = (kinds[what] as () => string)()
  rows[line] = { ...row, note }
  const files = new Map(sound.files).set('checkpoints.jsonl', linesOf(rows))
  if (row.size === size) files.set('checkpoint', utf8(note))
  return {
    files,
    what: `checkpoint of ${row.size}: ${what}`,
    expected: Math.min(line === 0 ? 0 : (sound.sizes[line - 1] as number), size - 1),
  }
}

/** The ways to damage a stored trail (issue 5, 6). Each gives the first entry that must be called bad. */
export const DAMAGES: Record<string, (sound: Sound, pick: Pick) => Damaged> = {
  'bit flip': flipSomewhere,
  delete: (sound, pick) => {
    const index = pick(sizeOf(sound))
    return { files: changeBundle(sound, index, (entries, at) => entries.splice(at, 1)), what: `entry ${index} is gone`, expected: index }
  },
  'delete and renumber': (sound, pick) => {
    const index = pick(sizeOf(sound))
    const entries = entriesOf(sound)
    entries.splice(index, 1)
    return {
      files: rewrite(sound, entries),
      what: `entry ${index} is gone and everything behind moved up`,
      expected: Math.max(0, Math.min(coveredBefore(sound, index), entries.length - 1)),
    }
  },
  swap: (sound, pick) => {
    const size = sizeOf(sound)
    const one = pick(size - 1)
    const other = one + 1 + pick(size - one - 1)
    const entries = entriesOf(sound)
    const [a, b] = [entries[one] as Uint8Array, entries[other] as Uint8Array]
    const files = new Map(sound.files)
    for (const [index, entry] of [
      [one, b],
      [other, a],
    ] as const) {
      const within: Sound = { ...sound, files }
      for (const [path, bytes] of changeBundle(within, index, (bundle, at) => bundle.splice(at, 1, entry))) files.set(path, bytes)
    }
    return { files, what: `entries ${one} and ${other} changed places`, expected: one }
  },
  'swap in a round, with every hash': (sound, pick) => {
    const [one, other] = twoOfARound(sound, pick)
    const order = entriesOf(sound).map((_, index) => (index === one ? other : index === other ? one : index))
    const entries = entriesOf(sound)
    const files = rewrite(
      sound,
      order.map((index) => entries[index] as Uint8Array),
    )
    const facts = rowsIn(sound.files, 'facts.jsonl')
    const made = rowsIn(files, 'facts.jsonl')
    files.set(
      'facts.jsonl',
      linesOf(order.map((from, index) => ({ ...made[index], id: facts[from]?.id, recordedAt: facts[from]?.recordedAt }))),
    )
    return { files, what: `entries ${one} and ${other} of a round changed places with all that is said of them`, expected: one }
  },
  'date otherwise': (sound, pick) => {
    const index = pick(sizeOf(sound))
    const facts = rowsIn(sound.files, 'facts.jsonl')
    const days = pick(2) === 0 ? -1 : 1
    const at = String(facts[index]?.recordedAt)
    const other = `${new Date(Date.parse(`${at.slice(0, 23)}Z`) + days * 86_400_000).toISOString().slice(0, 23)}${at.slice(23)}`
    facts[index] = { ...facts[index], recordedAt: other }
    // Of two that are out of order the first is the bad one unless a third tells them apart.
    const first = coveredBefore(sound, index)
    return {
      files: new Map(sound.files).set('facts.jsonl', linesOf(facts)),
      what: `entry ${index} recorded at ${other} instead of ${at}`,
      expected: days < 0 && index === first + 1 ? first : index,
    }
  },
  insert: (sound, pick) => {
    const index = pick(sizeOf(sound))
    const other = utf8((sound.story.events[index] as string).replace('"v":1', '"v":2'))
    return {
      files: changeBundle(sound, index, (entries, at) => entries.splice(at, 0, other)),
      what: `an entry more before ${index}`,
      expected: index,
    }
  },
  'insert and renumber': (sound, pick) => {
    const index = pick(sizeOf(sound))
    const entries = entriesOf(sound)
    entries.splice(index, 0, utf8((sound.story.events[index] as string).replace('"v":1', '"v":2')))
    return { files: rewrite(sound, entries), what: `an entry more before ${index}, all renumbered`, expected: coveredBefore(sound, index) }
  },
  truncate: (sound, pick) => {
    const size = sizeOf(sound)
    const left = pick(size)
    const files = new Map(sound.files)
    for (let index = 0; index * TILE_WIDTH < size; index += 1) {
      const path = bundlePath(size, index)
      if ((index + 1) * TILE_WIDTH <= left) continue
      const keep = Math.max(0, left - index * TILE_WIDTH)
      if (keep === 0) files.delete(path)
      else files.set(path, encodeEntries((decodeEntries(files.get(path) as Uint8Array) as Uint8Array[]).slice(0, keep)))
    }
    files.set('facts.jsonl', linesOf(rowsIn(files, 'facts.jsonl').slice(0, left)))
    return { files, what: `cut off behind ${left} entries`, expected: left }
  },
  'truncate and renumber': (sound, pick) => {
    const left = 1 + pick(sizeOf(sound) - 1)
    return {
      files: rewrite(sound, entriesOf(sound).slice(0, left)),
      what: `${left} entries left, as if there had never been more`,
      expected: Math.min(coveredBefore(sound, left), left - 1),
    }
  },
  change: (sound, pick) => {
    const index = pick(sizeOf(sound))
    const entries = entriesOf(sound)
    entries[index] = utf8((sound.story.events[index] as string).replace('"v":1', '"v":2'))
    return { files: rewrite(sound, entries), what: `entry ${index} rewritten with every hash`, expected: coveredBefore(sound, index) }
  },
  'edited checkpoint': editCheckpoint,
}
