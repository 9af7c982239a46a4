import 'server-only'
import type { Tx } from './client'

/** A bucket of tries: so many at once, and one more every so many seconds. */
export type Bucket = { key: string; capacity: number; everySeconds: number }

/** What taking from a bucket gave: whether there was a try left, the seconds until there is one, and whether it was untouched before. */
export type Taken = { allowed: boolean; waitSeconds: number; untouched: boolean }

/**
 * Takes one try from each bucket, in one statement, with the database's clock: several servers share them (T27). A refused try is not counted
 * against later ones, so waiting always helps. A level below zero marks a refusal: the real level is one higher.
 */
export async function takeTries(tx: Tx, buckets: readonly Bucket[]): Promise<Taken[]> {
  const sorted = [...buckets].sort((a, b) => (a.key < b.key ? -1 : 1)) // one order for all, or two sign-ins could wait for each other
  const rows = await tx.$queryRaw<{ key: string; level: number; untouched: boolean }[]>`
    WITH want AS (
      SELECT * FROM unnest(${sorted.map((b) => b.key)}::text[], ${sorted.map((b) => b.capacity)}::float8[], ${sorted.map((b) => b.everySeconds)}::float8[]) AS w(key, capacity, every)
    ), taken AS (
      INSERT INTO "Throttle" AS t (key, level, "updatedAt") SELECT key, capacity - 1, clock_timestamp() FROM want ORDER BY key
      ON CONFLICT (key) DO UPDATE SET "updatedAt" = clock_timestamp(), level = (
        SELECT least(w.capacity, CASE WHEN t.level < 0 THEN t.level + 1 ELSE t.level END + extract(epoch FROM greatest(clock_timestamp() - t."updatedAt", interval '0')) / w.every) - 1
        FROM want w WHERE w.key = t.key)
      RETURNING key, level
    ) SELECT taken.key, level, level >= w.capacity - 1 AS untouched FROM taken JOIN want w USING (key)`
  return buckets.map((bucket) => {
    const row = rows.find((each) => each.key === bucket.key)
    const level = row?.level ?? -1 // no row is impossible; if it were, no try
    return {
      allowed: level >= 0,
      waitSeconds: level >= 0 ? 0 : Math.max(1, Math.ceil(-level * bucket.everySeconds)),
      untouched: row?.untouched ?? false,
    }
  })
}

/** Gives one try back to each of these buckets: a success is no guess. */
export async function refundTries(tx: Tx, keys: readonly string[]): Promise<void> {
  await tx.$executeRaw`UPDATE "Throttle" SET level = level + 1 WHERE key IN (SELECT key FROM "Throttle" WHERE key = ANY (${[...keys]}) ORDER BY key FOR UPDATE)`
}

/** Forgets buckets that nobody took from for a day: they are full again. Gives how many. */
export function forgetOldTries(tx: Tx): Promise<number> {
  return tx.$executeRaw`DELETE FROM "Throttle" WHERE "updatedAt" < clock_timestamp() - interval '1 day'`
}
