import 'server-only'
import { db } from '@/lib/db/client'

/** How many days back the line goes: six weeks. */
const DAYS = 42

/** How many exceptions were open (filed or approved, and not ended) at the end of a UTC day, and for today now. */
export type OpenOn = { at: string; open: number }

/**
 * The burn-down of open exceptions of some systems over six weeks, oldest day first: one statement and one row a day, however many exceptions there were
 * (ux.md section 21). What has ended before the first day is not looked at.
 */
export async function loadBurnDown(systems: readonly string[], now: Date): Promise<OpenOn[]> {
  if (systems.length === 0) return []
  const rows = await db.$queryRaw<{ at: Date; open: number }[]>`
    WITH days AS (
      SELECT least(d + interval '1 day', ${now}::timestamptz) AS until, d AS at
      FROM generate_series(date_trunc('day', ${now}::timestamptz AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - make_interval(days => ${DAYS}),
        date_trunc('day', ${now}::timestamptz AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', interval '1 day') d),
    known AS (
      SELECT "filedAt", "endedAt" FROM "DriftException"
      WHERE "systemId" = ANY (${[...systems]}::text[]) AND ("endedAt" IS NULL OR "endedAt" > ${now}::timestamptz - make_interval(days => ${DAYS + 1})))
    SELECT days.at, count(known."filedAt")::int AS open FROM days
      LEFT JOIN known ON known."filedAt" < days.until AND (known."endedAt" IS NULL OR known."endedAt" >= days.until)
    GROUP BY days.at ORDER BY days.at`
  return rows.map(({ at, open }) => ({ at: at.toISOString(), open }))
}
