import 'server-only'
import { unseenSystem } from '@/lib/db/load-policy'
import { namedSelect, toNamed } from '@/lib/db/named'
import { type Actor, readableSystems } from '@/lib/domain/context'
import { Refused } from '@/lib/domain/refusal'
import type { Looker } from '../system-standing'

/** Which rows of a list: how many, behind the position of a row seen before (the instant the list is ordered by, and its id). */
export type Slice = { take: number; after: readonly string[] | null }

/** Whoever acted, as answers of the API name them. */
export type Who = { id: string; name: string; kind: Actor['kind'] }

/** What selects a principal for `toWho`. */
export const whoSelect = namedSelect

/** A principal's row as answers name it; an erased person keeps their id. */
export function toWho(row: Parameters<typeof toNamed>[0]): Who {
  const { id, name, kind } = toNamed(row)
  return { id, name, kind }
}

/**
 * The filter behind a position in a list ordered by `column` and id, both falling (keyset, never an offset: T30). Positions come from signed
 * cursors, so that they hold what we put there.
 */
export function behind<Column extends string>(column: Column, after: readonly string[] | null) {
  if (after === null) return {}
  const [at = '', id = ''] = after
  const instant = new Date(at)
  return { OR: [{ [column]: { lt: instant } }, { [column]: instant, id: { lt: id } }] }
}

/** Which systems a list may hold: the readable ones, or the one asked for. One that may not be seen is refused as unknown (T23). */
export function systemFilter(looker: Looker, system: string | undefined): { systemId?: string | { in: string[] } } {
  const readable = readableSystems(looker.actor, looker.now)
  if (system === undefined) return readable === null ? {} : { systemId: { in: readable } }
  if (readable !== null && !readable.includes(system)) throw new Refused(unseenSystem(system))
  return { systemId: system }
}
