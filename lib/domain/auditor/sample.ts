import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalText, sha256Hex } from '../canonical'

/** Most that one sample may hold: each is a complete dossier to read. */
export const SAMPLE_MOST = 100

/** What a seed may be: printed on paper and typed in again, so plain characters only. */
export const SEED = /^[A-Za-z0-9][A-Za-z0-9._-]{3,63}$/

/** How the draw works, in words that another program can follow; printed beside every sample. */
export const SAMPLE_RULE =
  'The changes are put in the order of their numbers in the log. For draw i = 0, 1, 2 … take the first 8 bytes, big-endian, of SHA-256 of the text "<seed>:<i>" as a number x. ' +
  'With m changes left, drop x (and go on with the next i) when x is not below the largest multiple of m up to 2^64; else take the change at place x mod m and put the last one that is left in its place.'

const TWO_64 = 1n << 64n

function word(seed: string, i: number): bigint {
  const digest = sha256(utf8ToBytes(`${seed}:${i}`))
  return digest.subarray(0, 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

/**
 * Draws `count` of a list without putting back, evenly and always the same for one seed (see `SAMPLE_RULE`). Nobody who knows the list but not the
 * seed can tell what will be drawn; whoever has both can draw it again. All of the list, in drawn order, where it is not longer than `count`.
 */
export function drawSample<T>(list: readonly T[], count: number, seed: string): T[] {
  const left = [...list]
  const drawn: T[] = []
  for (let i = 0; drawn.length < count && left.length > 0; i += 1) {
    const m = BigInt(left.length)
    const x = word(seed, i)
    if (x >= TWO_64 - (TWO_64 % m)) continue
    const at = Number(x % m)
    drawn.push(left[at] as T)
    const last = left.pop() as T
    if (at < left.length) left[at] = last
  }
  return drawn
}

/** What a sample was drawn from: UTC days, both included, and one system or all that the drawer reads. */
export type SampleOf = { from: string; to: string; system: string | null; count: number; seed: string }

/** The name under which a draw is on the record: a digest of what was drawn from and how, so that the same draw is found again. */
export function sampleId({ from, to, system, count, seed }: SampleOf): string {
  return sha256Hex(canonicalText({ v: 1, from, to, system, count, seed }))
}

/** The digest of a list of changes in order: what the record keeps of a population, so that it can be compared later. */
export function digestOfChanges(ids: readonly string[]): string {
  return sha256Hex(ids.join('\n'))
}
