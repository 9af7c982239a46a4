import 'server-only'
import { durationMs } from '@/lib/domain/duration'
import type { ExceptionStanding } from '@/lib/domain/exception'
import type { FindingStanding } from '@/lib/domain/finding'
import { judgeSystem } from '@/lib/domain/observation/judge'
import { reconcile } from '@/lib/domain/observation/reconcile'
import type { Policy } from '@/lib/domain/policy/schema'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { list } from './json-rows'
import { type StandingRow, standingRowsSql, toStandings } from './load-exceptions'
import { openFindingsSql } from './load-findings'
import { judgedOf, loadJudgedFacts } from './load-judge-context'
import { findActivePolicy } from './load-policy'

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
export type DriftRows = { exceptions: StandingRow[]; findings: FindingRow[]; lapsed: string[] }

/** Two columns with what deviates in some systems, for a statement that brings more; exceptions that ended after `since` too. */
export const driftLists = (systems: readonly string[], since: Date | null): Prisma.Sql => {
  const slugs = Prisma.sql`e."systemId" = ANY (${[...systems]}::text[])`
  const exceptions = since
    ? Prisma.sql`(e."endedAt" IS NULL OR (e."approvedAt" IS NOT NULL AND e."endedAt" > ${since})) AND ${slugs}`
    : Prisma.sql`e."endedAt" IS NULL AND ${slugs}`
  return Prisma.sql`${list(standingRowsSql(exceptions))} AS exceptions, ${list(openFindingsSql(systems))} AS findings, ${lapsedSql(systems)} AS lapsed`
}

/** Systems in which a flag ended (001.7) and nothing was reported since: every report reconciles findings, so only these lag behind what their facts say now. */
const lapsedSql = (systems: readonly string[]): Prisma.Sql => Prisma.sql`
  ARRAY(SELECT DISTINCT g."systemId" FROM "EnvironmentFlag" g WHERE g."systemId" = ANY (${[...systems]}::text[]) AND g."endedAt" IS NULL
    AND g."expiresAt" <= clock_timestamp()
    AND NOT EXISTS (SELECT 1 FROM "ProfileFact" f WHERE f."systemId" = g."systemId" AND f."seenAt" >= g."expiresAt"))`

/** The columns of `driftLists` as rules read them, at an instant. Policies are kept by the process. */
export async function toDrift(tx: Tx, rows: DriftRows, now: Date): Promise<Drift> {
  const recent = await toStandings(tx, rows.exceptions)
  const findings = rows.findings.map(
    ({ openedAt, acknowledgedAt, ...finding }): FindingStanding => ({
      ...finding,
      openedAt: new Date(openedAt),
      acknowledgedAt: acknowledgedAt === null ? null : new Date(acknowledgedAt),
    }),
  )
  return {
    exceptions: recent.filter(({ endedAt }) => endedAt === null),
    findings: rows.lapsed.length === 0 ? findings : await withLapsed(tx, rows.lapsed, findings, now),
    recent,
  }
}

/**
 * Findings with those that the next report will open, because a flag has ended meanwhile: what holds at an instant depends on no job and on no report having
 * come (domain.md, what always holds, 8). They have no number yet.
 */
async function withLapsed(tx: Tx, systems: readonly string[], findings: FindingStanding[], now: Date): Promise<FindingStanding[]> {
  const lapsed: FindingStanding[] = []
  for (const systemId of systems) {
    const version = await findActivePolicy(tx, systemId)
    if (!version) continue
    const { facts, context, findings: stored } = judgedOf(await loadJudgedFacts(tx, [version], now), systemId)
    const { open } = reconcile(stored, judgeSystem(version.policy, facts, context, now))
    const ended = context.flags.filter(({ expiresAt }) => expiresAt <= now).map(({ expiresAt }) => expiresAt.getTime())
    for (const { rule, profile, severity, title, expected, observed, instance } of open)
      lapsed.push({
        id: lapsed.length === 0 ? 'Lapsed flag' : `Lapsed flag ${lapsed.length + 1}`,
        system: systemId,
        profile,
        rule,
        kind: 'drift',
        severity,
        title,
        expected,
        observed,
        instance,
        openedAt: ended.length > 0 ? new Date(Math.max(...ended)) : now,
        acknowledgedAt: null,
      })
  }
  return [...findings, ...lapsed]
}

/** What deviates in the systems of some policies: one statement whatever their number. Exceptions that ended are read as far back as a budget counts. */
export async function loadDrift(tx: Tx, policies: readonly Policy[], now: Date): Promise<Drift> {
  const systems = [...new Set(policies.map(({ system }) => system.slug))]
  if (systems.length === 0) return { exceptions: [], findings: [], recent: [] }
  const back = Math.max(0, ...policies.map(({ drift }) => (drift.budget ? durationMs(drift.budget.within) : 0)))
  const since = back > 0 ? new Date(now.getTime() - back) : null
  const [rows] = await tx.$queryRaw<DriftRows[]>`/* kept */ SELECT ${driftLists(systems, since)}`
  return toDrift(tx, rows as DriftRows, now) // a SELECT without FROM gives its one row
}
