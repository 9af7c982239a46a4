import 'server-only'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { changeKeys, type SessionNews } from '@/lib/domain/change-key'
import { db } from './client'

/** The channel on which every process of one database hears what the others changed. */
export const CHANNEL = 'countersign'

// Announced after the commit, a moment later and together, on purpose: a transaction that notifies holds a lock of the whole database until its
// commit is on disk, so all writers of all systems would wait for one another (measured: 16 writers made 2,400 commits a second, notifying 1,000).
const GATHER_MS = 25
/** More than this at once, and "anything may have changed" is shorter. */
const MOST_KEYS = 40

type News = { told: Map<string, SessionNews>; timer: NodeJS.Timeout | null }
const kept = globalThis as { countersignTold?: News }
const news = (kept.countersignTold ??= { told: new Map(), timer: null })

/**
 * Says what committed events were about to whoever shows it, in this process and others. Best effort: nothing depends on it but how soon a screen
 * follows, and a screen that lost touch reads everything again. `session` is the one that changed them, if one did: it need not be told of its own acts.
 */
export function announce(events: readonly AuditEvent[], session: string | null = null): void {
  for (const key of changeKeys(events)) news.told.set([...key, session].join(' '), [...key, session])
  if (news.timer !== null || news.told.size === 0) return
  news.timer = setTimeout(() => void flushNews(), GATHER_MS)
  news.timer.unref()
}

/** Sends what was gathered at once; for a command that ends right after its change, and tests. */
export async function flushNews(): Promise<void> {
  if (news.timer !== null) clearTimeout(news.timer)
  news.timer = null
  const told = [...news.told.values()]
  news.told.clear()
  if (told.length === 0) return
  const payload = JSON.stringify(told.length > MOST_KEYS || told.some((each) => each.join('').length > 180) ? [] : told)
  try {
    await db.$executeRaw`SELECT pg_notify(${CHANNEL}, ${payload})`
  } catch {
    // The database is away: screens will notice by their missing heartbeat, and read everything again when it is back.
  }
}
