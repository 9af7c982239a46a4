import 'server-only'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { db } from '@/lib/db/client'
import {
  checkpointLines,
  countEntries,
  countLeaves,
  countTrail,
  type ExportEntry,
  type ExportFact,
  exportCheckpoint,
  exportEntries,
  exportFacts,
  exportSealedNames,
  exportSpan,
  exportTextDigests,
  exportTile,
  sealedLines,
  sizeOfCheckpointLines,
  sizeOfEntryLines,
  sizeOfSealedLines,
  sizeOfTextLines,
  textLines,
} from '@/lib/db/export-windows'
import { logKeys } from '@/lib/db/read-log'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { encodeEntries, TILE_WIDTH, tilePath, tilesOf } from '@/lib/domain/log/tile'
import { BUNDLE_PARTS, isPart } from '@/lib/domain/trail-export'
import { settings } from '@/lib/env'
import { routes } from '@/lib/routes'
import { bundleReadme } from './bundle-readme'
import type { OpenExport } from './open'

/**
 * A piece of a bundle before it is an archive: `begins` names the file whose bytes follow and says how many it has in all (`isOpen` when its beginning
 * was sent before), `ends` says that its last byte is among these. `next` is the number to continue behind them, null where the archive cannot be cut.
 */
export type BundlePiece = {
  begins?: { path: string; size: number; isOpen: boolean }
  bytes: Uint8Array
  ends: boolean
  next: number | null
}

const FACT_BYTES = `{"index":,"id":"${'0'.repeat(36)}","recordedAt":"${'0'.repeat(27)}","role":null,"leaf":"${'0'.repeat(64)}"}\n`.length
const ENTRIES_AT_ONCE = 4 * TILE_WIDTH

const factLine = ({ seq, id, recordedAt, leaf }: ExportFact): string =>
  `{"index":${seq},"id":"${id}","recordedAt":"${recordedAt}","role":null,"leaf":"${leaf}"}\n`

/**
 * The export bundle (format countersign-export/1, see its README), file by file: entries and tiles, facts, texts, sealed versions, and last what says
 * what it is. Each of these five parts counts as many numbers as the log has entries, so that a broken download is continued behind any of them.
 */
export async function* bundlePieces(open: OpenExport, after: number): AsyncGenerator<BundlePiece, void> {
  const parts = [open.isWhole ? wholeEntries : someEntries, facts, texts, sealed, about]
  const first = Math.floor(after / open.size)
  for (let part = first; part < BUNDLE_PARTS; part += 1) {
    const base = part * open.size
    // Whatever a part ends with, the next one begins at its own number.
    for await (const piece of (parts[part] as Part)(open, part === first ? after - base : 0))
      yield { ...piece, next: piece.next === null ? null : base + piece.next }
    yield { bytes: new Uint8Array(), ends: false, next: base + open.size }
  }
}

type Part = (open: OpenExport, from: number) => AsyncGenerator<BundlePiece, void>

const folder = ({ size }: OpenExport): string => `countersign-export-${size}`

function file(open: OpenExport, path: string, bytes: Uint8Array | string, next: number | null = null): BundlePiece {
  const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  return { begins: { path: `${folder(open)}/${path}`, size: body.length, isOpen: false }, bytes: body, ends: true, next }
}

/** The entries as they are kept, in bundles with the tile of hashes over each. One that is gone is left empty: whoever verifies finds it. */
async function* wholeEntries(open: OpenExport, from: number): AsyncGenerator<BundlePiece, void> {
  for (let at = Math.floor(from / TILE_WIDTH) * TILE_WIDTH; at < open.size; at += ENTRIES_AT_ONCE) {
    const to = Math.min(open.size, at + ENTRIES_AT_ONCE)
    const { entries, tiles } = await exportSpan(at, to, open.size)
    for (let first = at; first < to; first += TILE_WIDTH) {
      const name = { index: first / TILE_WIDTH, width: Math.min(TILE_WIDTH, to - first) }
      const bundle = encodeEntries(entries.slice(first - at, first - at + TILE_WIDTH).map((canonical) => Buffer.from(canonical ?? '')))
      yield file(open, tilePath({ level: 'entries', ...name }), bundle)
      const tile = tiles.find(({ index }) => index === name.index)
      const next = first + name.width
      if (tile) yield file(open, tilePath({ level: 0, ...name }), tile.hashes, next)
    }
  }
}

/** The entries that somebody may read and asked for, one a line; the rest of the log as hashes. */
async function* someEntries(open: OpenExport, from: number): AsyncGenerator<BundlePiece, void> {
  const line = ({ seq, canonical }: ExportEntry) => `{"index":${seq},"canonical":${JSON.stringify(canonical)}}\n`
  yield* lines(open, 'entries.jsonl', from, {
    size: () => sizeOfEntryLines(open.which),
    windows: (which) => exportEntries(which),
    text: async (rows) => rows.map(line),
  })
}

/** What the database says beside each entry. */
async function* facts(open: OpenExport, from: number): AsyncGenerator<BundlePiece, void> {
  yield* lines(open, 'facts.jsonl', from, {
    size: async () => {
      const { count, digits } = open.isWhole ? await countLeaves(open.size) : await countEntries(open.which)
      return count * FACT_BYTES + digits
    },
    windows: (which) => exportFacts(which, !open.isWhole, 5_000),
    text: async (rows) => rows.map(factLine),
  })
}

/** The sealed versions that entries name. */
async function* sealed(open: OpenExport, from: number): AsyncGenerator<BundlePiece, void> {
  yield* lines(open, 'sealed.jsonl', from, {
    size: async () => {
      let size = 0
      for await (const { rows } of exportSealedNames(open.which, 500)) size += await sizeOfSealedLines(rows)
      return size
    },
    windows: (which) => exportSealedNames(which),
    text: async (names) => (await sealedLines(names)).map((line) => `${line}\n`),
  })
}

/**
 * A file of lines that never change: how long it will be is measured before it begins, in the same windows. It is continued behind any of them, since
 * what was written before is known to be the same.
 */
async function* lines<R>(
  open: OpenExport,
  path: string,
  from: number,
  read: {
    size: () => Promise<number>
    windows: (which: OpenExport['which']) => AsyncGenerator<{ rows: R[]; next: number }, void>
    text: (rows: R[]) => Promise<string[]>
  },
): AsyncGenerator<BundlePiece, void> {
  const begins = { path: `${folder(open)}/${path}`, size: await read.size(), isOpen: from > 0 }
  yield { begins, bytes: new Uint8Array(), ends: false, next: null }
  const range = { from: Math.max(open.which.range.from, from), to: open.which.range.to }
  for await (const { rows, next } of read.windows({ ...open.which, range })) {
    const text = (await read.text(rows)).join('')
    // The last number of a part belongs to the next one.
    yield { bytes: Buffer.from(text), ends: false, next: next < range.to ? next : null }
  }
  yield { bytes: new Uint8Array(), ends: true, next: null }
}

/**
 * The texts that entries name, with their salts. A text may be redacted while the file is sent; its line is then shorter than was measured, and blanks
 * behind the last line make up for it. So this file is always sent from its beginning.
 */
async function* texts(open: OpenExport): AsyncGenerator<BundlePiece, void> {
  let size = 0
  for await (const { rows } of exportTextDigests(open.which, 5_000)) size += await sizeOfTextLines(digestsOf(rows))
  yield { begins: { path: `${folder(open)}/texts.jsonl`, size, isOpen: false }, bytes: new Uint8Array(), ends: false, next: null }
  let written = 0
  // In the windows that were measured, since a text named in two of them is in the file twice.
  for await (const { rows } of exportTextDigests(open.which, 5_000)) {
    for (const some of chunks(digestsOf(rows), 500)) {
      for (const line of await textLines(some)) {
        const bytes = Buffer.from(written === 0 ? line : `\n${line}`)
        written += bytes.length
        yield { bytes, ends: false, next: null }
      }
    }
  }
  if (size > 0) yield { bytes: Buffer.from(`${' '.repeat(Math.max(0, size - written - 1))}\n`), ends: false, next: null }
  yield { bytes: new Uint8Array(), ends: true, next: null }
}

const digestsOf = (rows: readonly { digests: string[] }[]): string[] => [...new Set(rows.flatMap(({ digests }) => digests))]

function* chunks<T>(all: readonly T[], size: number): Generator<T[], void> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size)
}

/** The tiles above, checkpoints and keys, the verifier with words on how to use it, and at the very end what the export is. */
async function* about(open: OpenExport): AsyncGenerator<BundlePiece, void> {
  for (const { level, index, width } of tilesOf(open.size)) {
    // The lowest ones lie beside their entries where those are there as they are kept.
    if (level === 'entries' || (level === 0 && open.isWhole)) continue
    const hashes = await exportTile(level, index, width)
    if (hashes) yield file(open, tilePath({ level, index, width }), hashes)
  }
  const checkpoint = await exportCheckpoint(open.size, open.createdAt)
  if (!checkpoint) throw new Error('the checkpoint of an export is gone')
  yield file(open, 'checkpoint', checkpoint.note)
  const begins = {
    path: `${folder(open)}/checkpoints.jsonl`,
    size: await sizeOfCheckpointLines(open.size, open.createdAt),
    isOpen: false,
  }
  yield { begins, bytes: new Uint8Array(), ends: false, next: null }
  for await (const some of checkpointLines(open.size, open.createdAt))
    yield { bytes: Buffer.from(some.map((line) => `${line}\n`).join('')), ends: false, next: null }
  yield { bytes: new Uint8Array(), ends: true, next: null }
  const keys = (await logKeys(db)).filter(({ fromSize }) => fromSize <= open.size)
  yield file(
    open,
    'keys.jsonl',
    keys.map(({ vkey, kind, fromSize, untilSize }) => `${JSON.stringify({ vkey, kind, fromSize, untilSize })}\n`).join(''),
  )
  const verifier = await verifierFile()
  if (verifier) yield file(open, 'countersign.mjs', verifier)
  const origin = parseCheckpoint(checkpoint.note)?.origin ?? ''
  const { systems } = open.which.scope === 'whole' ? { systems: [] } : open.which.scope
  yield file(
    open,
    'README.md',
    bundleReadme({
      origin,
      size: open.size,
      root: checkpoint.root,
      createdAt: open.createdAt,
      isWhole: open.isWhole,
      asked: open.kept.asked,
      systems,
      vkeys: keys.map(({ vkey }) => vkey),
      folder: folder(open),
      verifierAt: `${settings().APP_ORIGIN}${routes.verifier()}`,
      hasVerifier: verifier !== null,
    }),
  )
  const everything = open.which.scope === 'whole' || open.which.scope.everything
  yield file(
    open,
    'export.json',
    `${JSON.stringify(
      {
        format: 'countersign-export/1',
        origin,
        size: open.size,
        root: checkpoint.root,
        createdAt: open.createdAt.toISOString(),
        filter: open.isWhole ? null : { ...(isPart(open.kept.asked) ? open.kept.asked : {}), systems: everything ? '*' : systems },
        vkeys: [...new Set([...keys.map(({ vkey }) => vkey), ...checkpoint.vkeys])],
        counts: open.isWhole ? await countTrail(open.size) : null,
      },
      null,
      2,
    )}\n`,
  )
}

/** The verifier as it was built; null where it was not, as in development. */
async function verifierFile(): Promise<Buffer | null> {
  try {
    return await readFile(join(process.cwd(), 'cli', 'countersign.mjs'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
