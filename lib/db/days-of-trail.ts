import 'server-only'
import type { Tx } from './client'
import { countDays, type TrailScope } from './read-trail'

const DAY_MS = 86_400_000
/** A transaction that began before midnight has ended by then: its statements are cut off long before (statement_timeout). */
const SETTLED_MS = 3_600_000

/** Entries by UTC day ("2026-11-19"), over all systems asked for. */
export type Days = ReadonlyMap<string, number>

// The trail is append-only, so a day that is over never changes: counted once in the life of a process. By system, `*` for events of none.
const settled = new Map<string, { from: string; until: string; counts: Map<string, number> }>()

const dayOf = (at: Date): string => at.toISOString().slice(0, 10)

/**
 * How many entries each of the last `weeks` weeks' days has. Days without one are left out. `now` is the database's. Run inside `readTrail` of
 * the same scope.
 */
export async function daysOfTrail(tx: Tx, scope: TrailScope, now: Date, weeks: number): Promise<Days> {
  const first = dayOf(new Date(now.getTime() - weeks * 7 * DAY_MS))
  const names = scope.everything ? null : scope.systems
  const keys = names ?? ['everything']
  const known = keys.map((key) => settled.get(key))
  // Whatever is missing of any one system is asked for all of them: one statement.
  const from = known.map((each) => (each && each.from <= first ? each.until : first)).sort()[0] ?? first
  const rows = await countDays(tx, scope, new Date(`${from}T00:00:00Z`))
  const sums = new Map<string, Map<string, number>>()
  for (const { system, day, entries } of rows) {
    const key = names === null ? 'everything' : system
    const counts = sums.get(key) ?? new Map<string, number>()
    counts.set(day, (counts.get(day) ?? 0) + entries)
    sums.set(key, counts)
  }
  const until = dayOf(new Date(now.getTime() - SETTLED_MS))
  const days = new Map<string, number>()
  for (const key of keys) {
    const old = settled.get(key)
    const counts = new Map([...(old && old.from <= first ? old.counts : [])].filter(([day]) => day < from && day >= first))
    for (const [day, entries] of sums.get(key) ?? []) counts.set(day, entries)
    settled.set(key, { from: first, until, counts: new Map([...counts].filter(([day]) => day < until)) })
    for (const [day, entries] of counts) days.set(day, (days.get(day) ?? 0) + entries)
  }
  return days
}

/** Forgets what was counted; for tests that write history. */
export function forgetDays(): void {
  settled.clear()
}
