import 'server-only'
import { db } from '@/lib/db/client'
import type { WhichEntries } from '@/lib/db/export-windows'
import { loadActor } from '@/lib/db/load-actor'
import { type TrailScope, trailScope } from '@/lib/db/read-trail'
import type { Actor } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import { type ExportFormat, type ExportKept, filterOf, isPart, lengthOf, rangeOf, whyNotFetch } from '@/lib/domain/trail-export'
import { isUuid } from '@/lib/domain/uuid'
import type { Looker } from '../audit'

/** An export that somebody may fetch now, with all that says what is in it. */
export type OpenExport = {
  id: string
  format: ExportFormat
  /** The size of the log it stands on: entries 0 to size - 1. */
  size: number
  createdAt: Date
  kept: ExportKept
  /** Every entry and every system: then a bundle holds the log as it is. */
  isWhole: boolean
  which: WhichEntries
  /** How far it goes, as numbers to continue behind. */
  length: number
}

const NOT_YOURS = refuse('not_found', 'There is no such export, or it is not one of yours. Make one under Audit, Export.')

/**
 * The export with an id, for whoever made it and as long as they may still read all of it (T23). Refuses `not_found` for anybody else’s,
 * `wrong_state` a day later, and `not_allowed` when their access was narrowed since.
 */
export async function openExport({ actor, now }: Looker, id: string): Promise<OpenExport> {
  const row = isUuid(id) ? await db.trailExport.findUnique({ where: { id } }) : null
  if (!row || row.principalId !== actor.id || row.format === 'archive') throw new Refused(NOT_YOURS)
  const stale = whyNotFetch(row.createdAt, now)
  if (stale) throw new Refused(stale)
  const scope: TrailScope = { systems: row.systems, everything: row.everything }
  if (!isWithin(scope, await trailScope(actor, now)))
    throw new Refused(refuse('not_allowed', 'What you may read has changed since this export was made. Make a new one.'))
  const kept = row.filter as ExportKept // written by exportTrail
  const size = Number(row.size)
  const format = row.format as Exclude<typeof row.format, 'archive'> as ExportFormat // the table allows no other
  const isWhole = scope.everything && !isPart(kept.asked)
  return {
    id,
    format,
    size,
    createdAt: row.createdAt,
    kept,
    isWhole,
    which: {
      scope: isWhole ? 'whole' : scope,
      filter: filterOf(kept.asked),
      places: kept.places,
      range: rangeOf(kept.asked, size),
    },
    length: lengthOf(format, size),
  }
}

function isWithin(inner: TrailScope, outer: TrailScope): boolean {
  return (outer.everything || !inner.everything) && inner.systems.every((id) => outer.systems.includes(id))
}

/** Whether whoever fetches an export may still do so: their session or token stands, and so does their access (T08, T09, T23). */
export async function mayStillFetch(actor: Actor, { which, id }: OpenExport): Promise<boolean> {
  const now = new Date()
  const standing = await loadActor(db, actor, now)
  if (!standing) return false
  const row = await db.trailExport.findUnique({ where: { id }, select: { systems: true, everything: true } })
  return row !== null && isWithin(which.scope === 'whole' ? row : which.scope, await trailScope(standing, now))
}

/** An export in a list of one's own. */
export type ListedExport = {
  id: string
  format: ExportFormat
  size: number
  createdAt: string
  asked: ExportKept['asked']
  isOpen: boolean
  length: number
}

/** The newest exports of somebody, the latest first. */
export async function listExports({ actor, now }: Looker, take = 10): Promise<ListedExport[]> {
  const rows = await db.trailExport.findMany({
    where: { principalId: actor.id, format: { not: 'archive' } },
    orderBy: { createdAt: 'desc' },
    take,
  })
  return rows.map((row) => ({
    id: row.id,
    format: row.format as ExportFormat,
    size: Number(row.size),
    createdAt: row.createdAt.toISOString(),
    asked: (row.filter as ExportKept).asked,
    isOpen: whyNotFetch(row.createdAt, now) === null,
    length: lengthOf(row.format as ExportFormat, Number(row.size)),
  }))
}
