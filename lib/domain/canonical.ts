import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import canonicalize from 'canonicalize'

/** How deep an audit event may nest; policies and dossiers ask for more. */
const AUDIT_DEPTH = 6

const ASCII_KEY = /^[\x20-\x7e]+$/

/** A value that has no canonical text. `place` is a path such as `after.gates[2]`; the value itself is never in the message. */
export class NotCanonical extends Error {
  readonly place: string
  constructor(place: string, why: string) {
    super(`${place === '' ? 'The value' : place} ${why}`)
    this.name = 'NotCanonical'
    this.place = place
  }
}

/**
 * The RFC 8785 text of a value, after a closed check of our own, so that no implementation can differ (audit-log.md section 3):
 * NFC strings without lone surrogates and NUL, booleans, null, safe integers, arrays without holes, plain objects with ASCII keys.
 * `depth` is how many arrays and objects may lie inside one another (6 when not told). Throws `NotCanonical` for anything else:
 * undefined, dates, maps, -0 and fractions would otherwise be dropped or bent silently.
 */
export function canonicalText(value: unknown, options: { depth?: number } = {}): string {
  check(value, '', options.depth ?? AUDIT_DEPTH)
  const text = canonicalize(value)
  if (text === undefined) throw new NotCanonical('', 'has no canonical text')
  return text
}

/** SHA-256 of a text's UTF-8 bytes as 64 lower-case hex digits. Runs in browsers too. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}

function check(value: unknown, place: string, depth: number): void {
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'string') return checkString(value, place)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new NotCanonical(place, 'is not a safe integer')
    return
  }
  if (typeof value !== 'object') throw new NotCanonical(place, `is ${typeof value}, which has no canonical form`)
  if (depth === 0) throw new NotCanonical(place, 'is nested too deeply')
  if (Array.isArray(value)) return checkArray(value, place, depth)
  checkObject(value, place, depth)
}

function checkString(value: string, place: string): void {
  if (!value.isWellFormed()) throw new NotCanonical(place, 'holds a lone surrogate')
  if (value.includes('\0')) throw new NotCanonical(place, 'holds a NUL character')
  if (value.normalize('NFC') !== value) throw new NotCanonical(place, 'is not in Unicode normal form C')
}

function checkArray(value: readonly unknown[], place: string, depth: number): void {
  if (Object.keys(value).length !== value.length) throw new NotCanonical(place, 'is an array with holes or names')
  for (const [index, item] of value.entries()) check(item, `${place}[${index}]`, depth - 1)
}

function checkObject(value: object, place: string, depth: number): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new NotCanonical(place, 'is not a plain object')
  if (Object.getOwnPropertySymbols(value).length > 0) throw new NotCanonical(place, 'has a symbol as a key')
  // `toJSON` is called by the library in place of the value, so what we checked would not be what is written.
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') throw new NotCanonical(place, 'has a toJSON function')
  for (const [key, item] of Object.entries(value)) {
    if (!ASCII_KEY.test(key)) throw new NotCanonical(place, 'has a key that is not printable ASCII')
    check(item, place === '' ? key : `${place}.${key}`, depth - 1)
  }
}
