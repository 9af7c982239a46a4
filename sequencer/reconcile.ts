import type pg from 'pg'

/** How many events, leaves and waiting events there are, counted at one instant. */
export type Counts = { events: number; leaves: number; pending: number }

/**
 * Counts what must add up: every event is a leaf or waits to be one (audit-log.md, 2; T13). Leaves are numbered without a gap, so their number is
 * the highest one. One snapshot for all three.
 */
export async function countTrail(client: pg.ClientBase): Promise<Counts> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    await client.query(`SET LOCAL statement_timeout = '10min'`)
    const { rows } = await client.query<{ events: string; leaves: string; pending: string }>(
      'SELECT (SELECT count(*) FROM audit.event) AS events, (SELECT count(*) FROM audit.leaf) AS leaves, (SELECT count(*) FROM audit.pending) AS pending',
    )
    return { events: Number(rows[0]?.events), leaves: Number(rows[0]?.leaves), pending: Number(rows[0]?.pending) }
  } finally {
    await client.query('ROLLBACK')
  }
}

/** The sentence for counts that do not add up; null when they do. */
export function whyNotEven({ events, leaves, pending }: Counts): string | null {
  if (events === leaves + pending) return null
  const off = Math.abs(events - leaves - pending)
  return events < leaves + pending
    ? `${off} events are gone: there are ${events}, but ${leaves} are integrated and ${pending} wait.`
    : `${off} events were put in past the log, or taken out of what waits for it: there are ${events}, but ${leaves} are integrated and ${pending} wait.`
}
