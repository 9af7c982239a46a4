import 'server-only'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import { record } from './record'

// A little over a minute, so that no flood of one actor and verb writes more than sixty events an hour (T35).
const COLLAPSE_MS = 61_500
const MOST_FLOODS = 10_000

type Flood = { ctx: Ctx; event: AuditEvent; count: number; timer: NodeJS.Timeout }
const kept = globalThis as { countersignFloods?: Map<string, Flood> }
const floods = (kept.countersignFloods ??= new Map())

/**
 * Puts events of one kind on the record without letting them flood it: the first at once, the following of the same key counted and written as
 * one, with their exact number, about once a minute (T35). What is being counted is written at an orderly stop too (`flushFloods`).
 */
export async function recordCollapsed(key: string, ctx: Ctx, event: AuditEvent): Promise<void> {
  const flood = floods.get(key)
  if (flood) {
    if (flood.count === 0) Object.assign(flood, { ctx, event })
    flood.count += 1
    return
  }
  const first: Flood = { ctx, event, count: 0, timer: timerFor(key) }
  if (floods.size < MOST_FLOODS) floods.set(key, first)
  try {
    await record(ctx, [event])
  } catch (error) {
    first.count += 1 // not written, so it is among those still to be
    throw error
  }
}

function timerFor(key: string): NodeJS.Timeout {
  const timer = setTimeout(() => void flush(key, true), COLLAPSE_MS)
  timer.unref()
  return timer
}

async function flush(key: string, goesOn: boolean): Promise<void> {
  const flood = floods.get(key)
  if (!flood) return
  clearTimeout(flood.timer)
  const { ctx, event, count } = flood
  if (count === 0 || !goesOn) floods.delete(key)
  else Object.assign(flood, { count: 0, timer: timerFor(key) })
  if (count === 0) return
  try {
    await record(ctx, [{ ...event, count }])
  } catch {
    // The database is away. The number is kept for the next minute rather than lost.
    const again = floods.get(key)
    if (again) again.count += count
    else floods.set(key, { ctx, event, count, timer: timerFor(key) })
  }
}

/** Writes what is being counted; for the orderly stop of a server, and tests. */
export async function flushFloods(): Promise<void> {
  await Promise.all([...floods.keys()].map((key) => flush(key, false)))
}
