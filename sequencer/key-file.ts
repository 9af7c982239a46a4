import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { kindsHere, newPrivateKey, type SigningKey, type SigningKind, signingKey } from './keys'
import { KEYS_OVERLAP_DAYS } from './log-keys'

const fileSchema = z.object({
  format: z.literal('countersign-log-keys/1'),
  origin: z.string(),
  keys: z.array(z.object({ kind: z.enum(['ed25519', 'ml-dsa-44-cosignature']), madeAt: z.iso.datetime(), privateKey: z.string() })).min(1),
})
type KeyFile = z.infer<typeof fileSchema>

/** The key file cannot be used; the message says what to do and shows nothing of it. */
export class BadKeyFile extends Error {}

const DAY_MS = 86_400_000

function parse(path: string): KeyFile {
  // Windows has no such bits; there the folder's rights have to do.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new BadKeyFile(`${path} may be read by other users of this machine. Make it yours alone: chmod 600 ${path}`)
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new BadKeyFile(`${path} is not a key file of the log. Put the right one there; a new one is never made for a log that has begun.`)
  }
}

/** Written whole or not at all: a key that is lost half-way would be on record and could never sign. */
function write(path: string, file: KeyFile, flag: 'wx' | 'w'): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const target = flag === 'wx' ? path : `${path}.new`
  const handle = openSync(target, flag, 0o600)
  try {
    writeSync(handle, `${JSON.stringify(file, null, 2)}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  if (target !== path) renameSync(target, path)
}

/** Reads the key file: the log it is for, and its keys. Null when there is none; throws `BadKeyFile`. */
export function readKeyFile(path: string): { origin: string; keys: SigningKey[] } | null {
  if (!existsSync(path)) return null
  const { origin, keys } = parse(path)
  // A runtime without ML-DSA signs with what it can.
  const mine = keys.filter(({ kind }) => kindsHere().includes(kind))
  return { origin, keys: mine.map(({ kind, privateKey, madeAt }) => signingKey(origin, kind, privateKey, new Date(madeAt))) }
}

const newEntries = (kinds: readonly SigningKind[], now: Date): KeyFile['keys'] =>
  kinds.map((kind) => ({ kind, madeAt: now.toISOString(), privateKey: newPrivateKey(kind) }))

/** Makes the key file of a new log. Throws when there is one: a key is never written over. */
export function createKeyFile(path: string, origin: string, now: Date): void {
  write(path, { format: 'countersign-log-keys/1', origin, keys: newEntries(kindsHere(), now) }, 'wx')
}

/**
 * Adds a new key of each kind, which the sequencer takes up within seconds and signs with beside the old ones for 30 days; keys whose 30 days are
 * long over are taken out. Answers the vkeys of the new ones.
 */
export function rotateKeyFile(path: string, now: Date): string[] {
  const file = parse(path)
  const isOver = (key: KeyFile['keys'][number]): boolean =>
    file.keys.some(
      ({ kind, madeAt }) =>
        kind === key.kind && madeAt > key.madeAt && now.getTime() - new Date(madeAt).getTime() > (KEYS_OVERLAP_DAYS + 1) * DAY_MS,
    )
  const added = newEntries(kindsHere(), now)
  write(path, { ...file, keys: [...file.keys.filter((key) => !isOver(key)), ...added] }, 'w')
  return added.map(({ kind, privateKey }) => signingKey(file.origin, kind, privateKey, now).key.vkey)
}
