import 'server-only'
import { db } from '@/lib/db/client'
import { type LogState, loadLogState } from '@/lib/db/load-log-state'
import { trailScope } from '@/lib/db/read-trail'
import type { ExportAsked } from '@/lib/domain/trail-export'
import type { Looker } from '../audit'
import { type ListedExport, listExports } from './open'

/** What the page of exports shows: what may be exported, up to where, and what somebody made before. */
export type ExportStart = {
  /** Names of the systems somebody reads, and whether every one with people, tokens and sign-ins. */
  systems: string[]
  everything: boolean
  /** The name of whoever the filter asks for; null where it asks for nobody. */
  actor: string | null
  system: string | null
  log: Pick<LogState, 'size' | 'checkpointAt' | 'pending'>
  exports: ListedExport[]
}

/** How an export begins, for somebody and a filter. Five statements. */
export async function getExportStart(looker: Looker, asked: ExportAsked): Promise<ExportStart> {
  const scope = await trailScope(looker.actor, looker.now)
  const [systems, actor, log, exports] = await Promise.all([
    db.system.findMany({ where: { id: { in: [...scope.systems] } }, select: { id: true, name: true }, orderBy: { name: 'asc' } }),
    asked.actor === undefined
      ? null
      : db.principal.findUnique({ where: { id: asked.actor }, select: { label: true, person: { select: { name: true } } } }),
    loadLogState(db),
    listExports(looker),
  ])
  return {
    systems: systems.map(({ name }) => name),
    everything: scope.everything,
    actor: asked.actor === undefined ? null : (actor?.person?.name ?? actor?.label ?? 'Somebody'),
    system: asked.system === undefined ? null : (systems.find(({ id }) => id === asked.system)?.name ?? asked.system),
    log: { size: log.size, checkpointAt: log.checkpointAt, pending: log.pending },
    exports,
  }
}
