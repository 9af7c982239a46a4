import { sha256 } from '@noble/hashes/sha2.js'
import { fromBase64, isSameBytes, joinBytes, toBase64, toHex } from './bytes'

// The signed note of C2SP (c2sp.org/signed-note) and the cosignatures over one (c2sp.org/tlog-cosignature).

/** The kinds of signature this product makes or reads, by the byte that C2SP gives them. */
export const SIGNATURE_KINDS = { 1: 'ed25519', 4: 'ed25519-cosignature', 6: 'ml-dsa-44-cosignature' } as const
export type SignatureKind = (typeof SIGNATURE_KINDS)[keyof typeof SIGNATURE_KINDS]
const BYTE_OF: Record<SignatureKind, number> = { ed25519: 1, 'ed25519-cosignature': 4, 'ml-dsa-44-cosignature': 6 }
const KEY_LENGTH: Record<SignatureKind, number> = { ed25519: 32, 'ed25519-cosignature': 32, 'ml-dsa-44-cosignature': 1312 }

/** A public key by which a line of a note is checked. `keyId` is eight hexadecimal digits; `vkey` is its one-line form for people. */
export type VerifierKey = { name: string; keyId: string; kind: SignatureKind; publicKey: Uint8Array; vkey: string }

/** One signature line of a note. `bytes` come after the key id. */
export type NoteSignature = { name: string; keyId: string; bytes: Uint8Array; line: string }

/** A note: its text with the last newline, and who signed it. */
export type Note = { text: string; signatures: readonly NoteSignature[] }

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const NAME = /^[^\s+\p{Zs}\p{Zl}\p{Zp}]+$/u

/** A key with its id and one-line form. Throws RangeError for a name that a note cannot carry, or a key of another length. */
export function verifierKey(name: string, kind: SignatureKind, publicKey: Uint8Array): VerifierKey {
  if (!NAME.test(name)) throw new RangeError('the name of a key has no spaces and no plus sign')
  if (publicKey.length !== KEY_LENGTH[kind]) throw new RangeError(`a key for ${kind} has ${KEY_LENGTH[kind]} bytes`)
  const typed = joinBytes(Uint8Array.of(BYTE_OF[kind]), publicKey)
  const keyId = toHex(sha256(joinBytes(utf8(`${name}\n`), typed)).slice(0, 4))
  return { name, keyId, kind, publicKey, vkey: `${name}+${keyId}+${toBase64(typed)}` }
}

/** Reads the one-line form of a key; null when it is not one, or its id is not that of its key. */
export function parseVkey(vkey: string): VerifierKey | null {
  const [, name, keyId, typed] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(vkey.trim()) ?? []
  const bytes = typed === undefined ? null : fromBase64(typed)
  const kind = bytes ? SIGNATURE_KINDS[bytes[0] as keyof typeof SIGNATURE_KINDS] : undefined
  if (!bytes || !kind || name === undefined || bytes.length !== KEY_LENGTH[kind] + 1) return null
  const key = verifierKey(name, kind, bytes.slice(1))
  return key.keyId === keyId ? key : null
}

/** A signature line: an em dash, the name, and base64 of key id and signature. */
export function signatureLine(key: Pick<VerifierKey, 'name' | 'keyId'>, bytes: Uint8Array): string {
  const id = Uint8Array.from(key.keyId.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return `— ${key.name} ${toBase64(joinBytes(id, bytes))}\n`
}

/** A note of a text (which ends with a newline) and its signature lines. */
export function noteOf(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.join('')}`
}

/** Reads a note; null when it is not one. Lines of keys nobody knows are kept: they are ignored when checked. */
export function parseNote(note: string): Note | null {
  const at = note.lastIndexOf('\n\n')
  if (at < 0 || !note.endsWith('\n') || /\p{Cc}/u.test(note.replaceAll('\n', ''))) return null
  const signatures: NoteSignature[] = []
  for (const line of note.slice(at + 2, -1).split('\n')) {
    const [, name, base64] = /^— (\S+) (\S+)$/.exec(line) ?? []
    const bytes = base64 === undefined ? null : fromBase64(base64)
    if (name === undefined || !bytes || bytes.length < 5) return null
    signatures.push({ name, keyId: toHex(bytes.slice(0, 4)), bytes: bytes.slice(4), line: `${line}\n` })
  }
  return signatures.length === 0 ? null : { text: note.slice(0, at + 1), signatures }
}

/** Whether a signature is by a key: true or false, null where this runtime cannot tell (ML-DSA before Node 24, some browsers). */
export type CheckSignature = (
  algorithm: 'ed25519' | 'ml-dsa-44',
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => Promise<boolean | null>

/** What a key signs when it signs a note, and the signature itself without its time; null when the bytes have another length. `at` is POSIX seconds. */
export function signedMessage(
  key: Pick<VerifierKey, 'kind' | 'name'>,
  text: string,
  bytes: Uint8Array,
): { message: Uint8Array; signature: Uint8Array; at: number | null } | null {
  if (key.kind === 'ed25519') return bytes.length === 64 ? { message: utf8(text), signature: bytes, at: null } : null
  if (bytes.length !== (key.kind === 'ed25519-cosignature' ? 72 : 2428)) return null
  const at = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0))
  if (!Number.isSafeInteger(at)) return null
  const message = key.kind === 'ed25519-cosignature' ? utf8(`cosignature/v1\ntime ${at}\n${text}`) : subtreeMessage(key.name, at, text)
  return message && { message, signature: bytes.slice(8), at }
}

/** The `cosigned_message` of an ML-DSA-44 cosignature over a checkpoint (c2sp.org/tlog-cosignature); null when the text is no checkpoint. */
export function subtreeMessage(name: string, at: number, text: string): Uint8Array | null {
  const [origin, size, root] = text.split('\n')
  const hash = root === undefined ? null : fromBase64(root)
  if (!origin || !size || !/^\d{1,16}$/.test(size) || hash?.length !== 32) return null
  const short = (word: string): Uint8Array => {
    const bytes = utf8(word)
    return joinBytes(Uint8Array.of(bytes.length), bytes)
  }
  const long = (number: number): Uint8Array => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, BigInt(number))
    return bytes
  }
  return joinBytes(utf8('subtree/v1\n\0'), short(name), long(at), short(origin), long(0), long(Number(size)), hash)
}

/** A time in POSIX seconds as the eight bytes before a cosignature. */
export function timeBytes(at: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(at))
  return bytes
}

/** How a note stands towards one key: signed by it, a line of it that is wrong, not signed by it, or not to be told here. */
export type NoteCheck = { key: VerifierKey; state: 'good' | 'bad' | 'missing' | 'not-checked'; at: number | null }

/** Checks a note against keys, each by name and id. */
export async function checkNote(note: Note, keys: readonly VerifierKey[], check: CheckSignature): Promise<NoteCheck[]> {
  return Promise.all(
    keys.map(async (key): Promise<NoteCheck> => {
      const line = note.signatures.find(({ name, keyId }) => name === key.name && keyId === key.keyId)
      if (!line) return { key, state: 'missing', at: null }
      const signed = signedMessage(key, note.text, line.bytes)
      if (!signed) return { key, state: 'bad', at: null }
      const algorithm = key.kind === 'ml-dsa-44-cosignature' ? 'ml-dsa-44' : 'ed25519'
      const good = await check(algorithm, key.publicKey, signed.message, signed.signature)
      return { key, state: good === null ? 'not-checked' : good ? 'good' : 'bad', at: signed.at }
    }),
  )
}

/** Whether two keys are the same one. */
export function isSameKey(a: VerifierKey, b: VerifierKey): boolean {
  return a.name === b.name && a.kind === b.kind && isSameBytes(a.publicKey, b.publicKey)
}
