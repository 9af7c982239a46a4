import { type Refusal, refuse } from '../domain/refusal'
import { findSecret } from './find-secret'

/** What `openssl rand -hex 32` makes, and anything longer than a SHA-1: a value, or a fingerprint in the wrong place. */
const LONG_HEX = /^(?:0x)?[0-9a-f]{41,}$/i

/**
 * A JWK thumbprint (RFC 7638) said to be one. Bare, its 43 characters are what `secrets.token_urlsafe(32)` makes, a key as good as any; nobody writes
 * `sha256:` before a key that they paste in a hurry.
 */
const NAMED_THUMBPRINT = /^sha-?256:[A-Za-z0-9_-]{43}$/i
const BARE_THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

/**
 * Refuses what looks like a key where the name of one is asked for (T18): in a hurry people paste the key itself. Names, versions, UUIDs, a `kid`,
 * thumbprints up to 40 hexadecimal digits, and `sha256:` with the thumbprint of a JWK pass. `names` holds each name by its place; the refusal repeats
 * the place, never the name.
 */
export function whyNotKeyName(names: Readonly<Record<string, string | undefined>>): Refusal | null {
  for (const [place, name] of Object.entries(names)) {
    if (name === undefined) continue
    if (LONG_HEX.test(name) || findSecret(name, NAMED_THUMBPRINT.test(name) ? 'text' : 'name') !== null) {
      const thumbprint = BARE_THUMBPRINT.test(name) ? ' If it is the thumbprint of a public key, write sha256: before it.' : ''
      return refuse(
        'secret_refused',
        `This looks like a key itself, not like the name of one (${place}). Nothing was stored. Give the name it has in the store, such as k7; if it is real, rotate it.${thumbprint}`,
        { place },
      )
    }
  }
  return null
}
