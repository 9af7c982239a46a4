import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { nodeSha256, nodeTree } from '@/lib/crypto/log-hash'
import { toHex } from '@/lib/domain/log/bytes'
import { checkpointText } from '@/lib/domain/log/checkpoint'
import { noteOf, signatureLine, type VerifierKey, verifierKey } from '@/lib/domain/log/note'
import { encodeEntries, nodesOfTiles, TILE_WIDTH, tilePath, tilesOf } from '@/lib/domain/log/tile'
import { eventId, type Story } from './trail-story'

/** A key that signs checkpoints in tests, made for one test and never kept. */
export type TestKey = { key: VerifierKey; secret: KeyObject }

/** A new Ed25519 key under a name. */
export function newTestKey(name: string): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url')
  return { key: verifierKey(name, 'ed25519', new Uint8Array(raw)), secret: privateKey }
}

/** A checkpoint signed by keys. */
export function signedCheckpoint(origin: string, size: number, root: Uint8Array, keys: readonly TestKey[]): string {
  const text = checkpointText({ origin, size, root })
  return noteOf(
    text,
    keys.map(({ key, secret }) => signatureLine(key, sign(null, Buffer.from(text), secret))),
  )
}

/** An export as files, by their path below its directory. */
export type ExportFiles = Map<string, Uint8Array>

/** What an export is made of. Checkpoints stand at the given sizes, the last of which is that of the export; each is signed by every key. */
export type ExportInput = { story: Story; sizes: readonly number[]; keys: readonly TestKey[]; origin: string }

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const lines = (rows: readonly unknown[]): Uint8Array => utf8(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))

/** The hashes of every tile over leaf hashes, by path. */
export function hashTiles(leaves: readonly Uint8Array[]): ExportFiles {
  const files: ExportFiles = new Map()
  let row = leaves
  for (let level = 0; row.length > 0; level += 1) {
    for (let index = 0; index * TILE_WIDTH < row.length; index += 1) {
      const hashes = row.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)
      files.set(tilePath({ level, index, width: hashes.length }), Buffer.concat(hashes))
    }
    row = Array.from({ length: Math.floor(row.length / TILE_WIDTH) }, (_, at) =>
      nodeTree.rootOfLeaves(row.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH)),
    )
  }
  return files
}

/** When the database recorded events: never before their bytes say, each a microsecond or more after the one before. */
function timesOf(events: readonly string[]): string[] {
  let newest = 0
  return events.map((event, index) => {
    newest = Math.max(newest, Date.parse(/,"at":"(.{24})","before":/.exec(event)?.[1] ?? '2026-01-01T00:00:00.000Z'))
    const micros = newest * 1000 + index + 1
    return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 23)}${String(micros % 1000).padStart(3, '0')}Z`
  })
}

/** Makes an export of a story in memory, in the form that the application writes (format countersign-export/1). */
export async function makeExport({ story, sizes, keys, origin }: ExportInput): Promise<ExportFiles> {
  const size = sizes.at(-1) ?? 0
  const entries = story.events.slice(0, size).map(utf8)
  const leaves = entries.map((bytes) => nodeTree.leafHash(bytes))
  const files = hashTiles(leaves)
  const read = nodesOfTiles(size, async (name) => files.get(tilePath(name)) as Uint8Array, nodeSha256)
  const notes: { size: number; note: string }[] = []
  for (const at of sizes) {
    const root = nodeTree.rootOf(await nodeTree.rangeOf(at, read))
    notes.push({ size: at, note: signedCheckpoint(origin, at, root, keys) })
  }
  for (const { level, index, width } of tilesOf(size))
    if (level === 0)
      files.set(tilePath({ level: 'entries', index, width }), encodeEntries(entries.slice(index * TILE_WIDTH, index * TILE_WIDTH + width)))
  files.set('checkpoint', utf8(notes.at(-1)?.note ?? ''))
  files.set('checkpoints.jsonl', lines(notes))
  files.set('keys.jsonl', lines(keys.map(({ key }) => ({ vkey: key.vkey, kind: key.kind, fromSize: 0, untilSize: null }))))
  const recorded = timesOf(story.events)
  files.set(
    'facts.jsonl',
    lines(
      leaves.map((leaf, index) => ({
        index,
        id: eventId(index),
        recordedAt: recorded[index],
        role: 'countersign_app',
        leaf: toHex(leaf),
      })),
    ),
  )
  const named = new Set(story.events.slice(0, size).flatMap((event) => event.match(/[0-9a-f]{64}/g) ?? []))
  files.set('texts.jsonl', lines(story.texts.filter(({ digest }) => named.has(digest))))
  files.set('sealed.jsonl', lines(story.sealed.filter(({ hash }) => named.has(hash))))
  const root = nodeTree.rootOf(await nodeTree.rangeOf(size, read))
  files.set(
    'export.json',
    utf8(
      `${JSON.stringify({
        format: 'countersign-export/1',
        origin,
        size,
        root: toHex(root),
        createdAt: '2026-01-02T00:00:00.000Z',
        filter: null,
        vkeys: keys.map(({ key }) => key.vkey),
        counts: { events: size, leaves: size, pending: 0 },
      })}\n`,
    ),
  )
  return files
}

/** Writes an export's files below a directory; `export.json` comes last, as it does from the application. */
export function writeExport(directory: string, files: ExportFiles): void {
  for (const [path, bytes] of [...files]
    .filter(([path]) => path !== 'export.json')
    .concat([...files].filter(([path]) => path === 'export.json'))) {
    const at = join(directory, path)
    mkdirSync(dirname(at), { recursive: true })
    writeFileSync(at, bytes)
  }
}
