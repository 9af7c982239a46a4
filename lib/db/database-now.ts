import 'server-only'
import type { Tx } from './client'

/** The instant of a transaction, to the millisecond, from the database's clock (T17). */
export async function databaseNow(tx: Tx): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`/* kept */ SELECT date_trunc('milliseconds', clock_timestamp()) AS now`
  return (row as { now: Date }).now // one row always
}
