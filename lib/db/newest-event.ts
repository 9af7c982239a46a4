import 'server-only'
import { db, type Tx } from './client'

/**
 * Reads the trail as the reading role, which sees the events of the systems named and nothing else (T23). The application's own role can only
 * write there; the role is put on for this one transaction.
 */
async function asReader<T>(systems: readonly string[], work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL ROLE countersign_read`
    await tx.$queryRaw`SELECT set_config('app.systems', ${systems.join(',')}, true)`
    return work(tx)
  })
}

/** When the newest event of some systems was written; null when there is none. */
export async function newestEventAt(systems: readonly string[]): Promise<Date | null> {
  if (systems.length === 0) return null
  return asReader(systems, async (tx) => {
    const [row] = await tx.$queryRaw<{ at: Date }[]>`SELECT recorded_at AS at FROM audit.trail ORDER BY recorded_at DESC, id DESC LIMIT 1`
    return row?.at ?? null
  })
}

/** The event by which a signature came on the record; null when it cannot be seen. */
export async function eventOfSignature(system: string, promotion: string, signature: string): Promise<{ id: string; at: Date } | null> {
  return asReader([system], async (tx) => {
    const [row] = await tx.$queryRaw<{ id: string; at: Date }[]>`
      SELECT id, recorded_at AS at FROM audit.trail
      WHERE subject_kind = 'promotion' AND subject_id = ${promotion} AND action IN ('promotion.signed', 'promotion.declined') AND payload -> 'after' ->> 'signature' = ${signature}
      LIMIT 1`
    return row ?? null
  })
}
