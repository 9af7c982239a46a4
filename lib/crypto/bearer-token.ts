import 'server-only'
import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PREFIX = 'csn_'
const RANDOM = 30
const CHECK = 6

function checksum(body: string): string {
  let rest = crc32(body)
  let digits = ''
  for (let i = 0; i < CHECK; i += 1) {
    digits = DIGITS.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

const randomDigits = (count: number): string => Array.from({ length: count }, () => DIGITS.charAt(randomInt(62))).join('')

/** A new API token: `csn_`, 30 random base62 characters (178 bits) and their CRC-32, so that scanners know it and typos are told (T19). */
export function makeToken(): string {
  const body = PREFIX + randomDigits(RANDOM)
  return body + checksum(body)
}

/** Whether a text has the shape and the checksum of a token of ours; said without asking the database. */
export function isBearerToken(text: string): boolean {
  if (text.length !== PREFIX.length + RANDOM + CHECK || !text.startsWith(PREFIX)) return false
  return checksum(text.slice(0, -CHECK)) === text.slice(-CHECK)
}

/** A secret for a one-time link: 43 base62 characters, safe in an address. */
export function makeLinkSecret(): string {
  return randomDigits(43)
}

/** Under what a secret is stored and looked up: its SHA-256 in hex. Enough for random secrets, not for passwords (T19, T28). */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Under what an invitation is stored: with the password it replaces, so that a changed password makes every earlier invitation worthless. */
export function invitationHash(link: string, passwordHash: string | null): string {
  return secretHash(`${link}\n${passwordHash ?? ''}`)
}
