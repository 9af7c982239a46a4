import { type Refusal, refuse } from '../domain/refusal'
import { findSecret } from './find-secret'

/** What `openssl rand -hex 32` makes, and anything longer than a SHA-1: a value, or a fingerprint in the wrong place. */
const LONG_HEX = /^(?:0x)?[0-9a-f]{41,}$/i

/**
 * Refuses what looks like a key where the name of one is asked for (T18): in a hurry people paste the key itself. Names, versions, UUIDs, a `kid` and
 * thumbprints up to 40 hexadecimal digits pass. `names` holds each name by its place; the refusal repeats the place, never the name.
 */
export function whyNotKeyName(names: Readonly<Record<string, string | undefined>>): Refusal | null {
  for (const [place, name] of Object.entries(names)) {
    if (name === undefined) continue
    if (LONG_HEX.test(name) || findSecret(name, 'name') !== null)
      return refuse(
        'secret_refused',
        `This looks like a key itself, not like the name of one (${place}). Nothing was stored. Give the name it has in the store, such as k7; if it is real, rotate it.`,
        { place },
      )
  }
  return null
}
