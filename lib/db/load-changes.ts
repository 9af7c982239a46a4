import 'server-only'
import type { Tx } from './client'

/** A population beyond this is refused: nobody reads it, and a shorter period says the same. */
export const CHANGES_MOST = 20_000

const MINUTE_MS = 60_000
const ACTIONS = { 'promotion.opened': 'promotion', 'deployment.started': 'deployment' } as const
const isChange = (action: string): action is keyof typeof ACTIONS => Object.hasOwn(ACTIONS, action)

/** A change as the trail has it: a promotion that was opened or a deployment that was started. `index` from 0, null while it waits. */
export type Change = {
  kind: 'promotion' | 'deployment'
  id: string
  system: string
  at: string
  entryId: string
  index: number | null
  leaf: string
}

/** A stretch of time; `to` is exclusive. */
export type Period = { from: Date; to: Date }

type Row = { action: keyof typeof ACTIONS; id: string; system: string; at: string; entryId: string; seq: bigint | null; leaf: string }

/**
 * The changes of a period in some systems, in the order of the log, those that wait last; at most `CHANGES_MOST` + 1. Inside `readTrail`. When something
 * happened is what its bytes say; when it was recorded is up to a transaction later, and what the index knows.
 */
export async function loadChanges(tx: Tx, systems: readonly string[], { from, to }: Period): Promise<Change[]> {
  if (systems.length === 0) return []
  const rows = await tx.$queryRaw<Row[]>`
    SELECT e.action, e.subject_id AS id, e.system_id AS system, e.payload ->> 'at' AS at, e.id::text AS "entryId", l.seq, encode(e.leaf_hash, 'hex') AS leaf
    FROM audit.trail e LEFT JOIN audit.leaf l ON l.event_id = e.id
    WHERE e.action = ANY (${Object.keys(ACTIONS)}::text[]) AND e.system_id = ANY (${[...systems]}::text[])
      AND e.recorded_at >= ${from.toISOString()}::timestamptz AND e.recorded_at < ${new Date(to.getTime() + MINUTE_MS).toISOString()}::timestamptz
      AND e.payload ->> 'at' >= ${from.toISOString()} AND e.payload ->> 'at' < ${to.toISOString()}
    ORDER BY l.seq NULLS LAST, e.recorded_at, e.id LIMIT ${CHANGES_MOST + 1}`
  return rows.map(({ action, seq, ...row }) => ({ ...row, kind: ACTIONS[action], index: seq === null ? null : Number(seq) }))
}

/** The id of the change that an entry's bytes tell of, where it is one of that period and those systems; null for every other entry. */
export function changeIn(canonical: string, { from, to }: Period, systems: ReadonlySet<string>): string | null {
  const event = JSON.parse(canonical) as { action: string; at: string; system: string | null; subject: { id: string } } // what eventText wrote
  if (!isChange(event.action) || event.system === null || !systems.has(event.system)) return null
  return event.at >= from.toISOString() && event.at < to.toISOString() ? event.subject.id : null
}
