import 'server-only'

type Bucket = { level: number; at: number }
// On globalThis: every route's bundle has modules of its own.
const kept = globalThis as { countersignRates?: Map<string, Bucket> }
const buckets = (kept.countersignRates ??= new Map())
const MOST = 10_000

/**
 * Takes one request from a caller's bucket in this process: a minute's worth at once, refilled evenly. Gives null, or the whole seconds until there
 * is one again. `nowMs` is a monotonic clock in milliseconds.
 */
export function takeRequest(key: string, perMinute: number, nowMs: number = performance.now()): number | null {
  const perMs = perMinute / 60_000
  const bucket = buckets.get(key) ?? { level: perMinute, at: nowMs }
  const level = Math.min(perMinute, bucket.level + (nowMs - bucket.at) * perMs)
  if (buckets.size >= MOST && !buckets.has(key)) forgetFull(perMinute, nowMs)
  buckets.set(key, { level: level >= 1 ? level - 1 : level, at: nowMs })
  return level >= 1 ? null : Math.max(1, Math.ceil((1 - level) / perMs / 1000))
}

function forgetFull(perMinute: number, nowMs: number): void {
  for (const [key, bucket] of buckets) if (bucket.level + ((nowMs - bucket.at) * perMinute) / 60_000 >= perMinute) buckets.delete(key)
}
