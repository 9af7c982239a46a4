import 'server-only'
import { durationMs } from '@/lib/domain/duration'
import type { ExceptionStanding } from '@/lib/domain/exception'
import type { FindingStanding } from '@/lib/domain/finding'
import type { Policy } from '@/lib/domain/policy/schema'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { list } from './json-rows'
import { type StandingRow, standingRowsSql, toStandings } from './load-exceptions'
import { openFindingsSql } from './load-findings'

/** What deviates in some systems. */
export type Drift = {
  /** Filed and approved exceptions that have not ended, and findings that nothing closed. */
  exceptions: readonly ExceptionStanding[]
  findings: readonly FindingStanding[]
  /** The same exceptions with those that ended as lately as a budget of open exception days counts. */
  recent: readonly ExceptionStanding[]
}

type FindingRow = Omit<FindingStanding, 'openedAt' | 'acknowledgedAt'> & { openedAt: string; acknowledgedAt: string | null }
/** What `driftLists` brings; JSON knows no instants. */
export type DriftRows = { exceptions: StandingRow[]; findings: FindingRow[] }

/** Two columns with what deviates in some systems, for a statement that brings more; exceptions that ended after `since` too. */
export const driftLists = (systems: readonly string[], since: Date | null): Prisma.Sql => {
  const slugs = Prisma.sql`e."systemId" = ANY (${[...systems]}::text[])`
  const exceptions = since
    ? Prisma.sql`(e."endedAt" IS NULL OR (e."approvedAt" IS NOT NULL AND e."endedAt" > ${since})) AND ${slugs}`
    : Prisma.sql`e."endedAt" IS NULL AND ${slugs}`
  return Prisma.sql`${list(standingRowsSql(exceptions))} AS exceptions, ${list(openFindingsSql(systems))} AS findings`
}

/** The columns of `driftLists` as rules read them. Policies are kept by the process. */
export async function toDrift(tx: Tx, rows: DriftRows): Promise<Drift> {
  const recent = await toStandings(tx, rows.exceptions)
  return {
    exceptions: recent.filter(({ endedAt }) => endedAt === null),
    findings: rows.findings.map(({ openedAt, acknowledgedAt, ...finding }) => ({
      ...finding,
      openedAt: new Date(openedAt),
      acknowledgedAt: acknowledgedAt === null ? null : new Date(acknowledgedAt),
    })),
    recent,
  }
}

/** What deviates in the systems of some policies: one statement whatever their number. Exceptions that ended are read as far back as a budget counts. */
export async function loadDrift(tx: Tx, policies: readonly Policy[], now: Date): Promise<Drift> {
  const systems = [...new Set(policies.map(({ system }) => system.slug))]
  if (systems.length === 0) return { exceptions: [], findings: [], recent: [] }
  const back = Math.max(0, ...policies.map(({ drift }) => (drift.budget ? durationMs(drift.budget.within) : 0)))
  const since = back > 0 ? new Date(now.getTime() - back) : null
  const [rows] = await tx.$queryRaw<DriftRows[]>`/* kept */ SELECT ${driftLists(systems, since)}`
  return toDrift(tx, rows as DriftRows) // a SELECT without FROM gives its one row
}
