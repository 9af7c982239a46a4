import 'server-only'
import { countRead, recordReads } from '@/lib/db/trail-reads'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import {
  FOLLOWED_MS,
  isOfOwnReads,
  isReadRecorded,
  isSamePage,
  type ReadWords,
  readerOf,
  SAME_READ_MS,
  systemOfRead,
} from '@/lib/domain/trail-read'

type Filter = Readonly<Record<string, string | number | Date | undefined>>

/**
 * What is read: a list under a `filter`, one `entry` (its id), or another `page` with what it was asked for. `referer` and `address` tell a page
 * that follows by itself from one that somebody opened; null where that cannot be (the API).
 */
export type Reading = {
  filter?: Filter
  entry?: { id: string; system: string | null; own: boolean }
  page?: string
  referer: string | null
  address: string | null
}

// When this process last saw somebody read something: what a reload and a page that follows are told by.
const seen = new Map<string, number>()
const MOST_SEEN = 10_000
let flushedHour = ''

/**
 * Counts an auditor's look at the trail: one event for each person, filter and hour, with its count, written when the hour is over (by the next
 * reader, or hourly). A reload within a minute, a page that follows by itself, and a look at one's own reads make none. Gives whether it counted.
 * What was typed is kept as a digest alone (T18). Throws when it cannot be counted: then nothing is shown either.
 */
export async function noteRead(ctx: Ctx, reading: Reading, now: Date): Promise<boolean> {
  if (!isReadRecorded(ctx.actor, now)) return false
  const words = wordsOf(reading)
  if (isOfOwnReads(ctx.actor, words) || reading.entry?.own) return false
  const filter = sha256Hex(canonicalText(words))
  const isCounted = !isSeen(`${ctx.actor.id} ${filter}`, now.getTime(), isSamePage(reading.referer, reading.address))
  const system = systemOfRead(ctx.actor, words, now)
  const { system: _, ...rest } = words
  if (isCounted) await countRead(filter, { ...rest, ...(system === null ? {} : { system }) }, readerOf(ctx, system, now), now)
  const hour = now.toISOString().slice(0, 13)
  if (flushedHour !== hour) {
    await recordReads(now)
    flushedHour = hour
  }
  return isCounted
}

/** Puts on the record what was read in hours that are over; what a server does hourly. Gives how many events that made. */
export async function recordOverdueReads(at?: Date): Promise<number> {
  return recordReads(at)
}

/** Forgets what was seen; for tests. */
export function forgetSeen(): void {
  seen.clear()
  flushedHour = ''
}

function isSeen(key: string, now: number, isFollowing: boolean): boolean {
  const last = seen.get(key)
  const isSame = last !== undefined && now - last < (isFollowing ? FOLLOWED_MS : SAME_READ_MS)
  // A page that follows all day is one read; one that is reloaded each half minute counts once a minute.
  if (!isSame || isFollowing) {
    seen.delete(key)
    if (seen.size >= MOST_SEEN) seen.delete(seen.keys().next().value as string)
    seen.set(key, now)
  }
  return isSame
}

const ID = /^(?:[a-z_]{1,24}:)?(?:[A-Z]{2,4}-\d{1,12}|[0-9a-f-]{36}|[0-9a-f]{64}|[a-z0-9]+(?:[-_.][a-z0-9]+)*)$/
const TYPED = ['q', 'subject']

function wordsOf({ filter = {}, entry, page }: Reading): ReadWords {
  const words: Record<string, string | number> = {}
  for (const [key, value] of Object.entries(filter)) {
    if (value === undefined) continue
    const plain = value instanceof Date ? value.toISOString() : value
    // A name or a hash that somebody typed, and an id that is none, are said by their digest.
    const isTyped = key === 'q' || (TYPED.includes(key) && typeof plain === 'string' && !ID.test(plain))
    words[key] = isTyped ? sha256Hex(String(plain)) : plain
  }
  if (entry) words.entry = entry.id
  if (entry?.system) words.system = entry.system
  if (page) words.page = page
  return words
}
