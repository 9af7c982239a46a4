import 'server-only'
import type { FindingKind, FindingStanding } from '@/lib/domain/finding'
import type { FindingFacts } from '@/lib/domain/finding-guards'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Tx } from './client'
import { Prisma } from './generated/client'

/** The columns that make a `FindingStanding`, for statements that bring findings with other lists. */
export const findingColumns = Prisma.sql`
  id, "systemId" AS system, "profileKey" AS profile, rule, kind, severity, title, expected, observed, instance, "openedAt", "acknowledgedAt"`

/**
 * The findings of some systems that are open, oldest first: drift, disagreements and conflicts. One statement, whatever their number. Whether one is
 * covered is asked with `driftOf`, at an instant.
 */
export async function loadOpenFindings(tx: Tx, systems: readonly string[]): Promise<FindingStanding[]> {
  if (systems.length === 0) return []
  return tx.$queryRaw<FindingStanding[]>`/* kept */ ${openFindingsSql(systems)}`
}

/** The rows of `loadOpenFindings`, for statements that bring other lists too. */
export const openFindingsSql = (systems: readonly string[]): Prisma.Sql =>
  Prisma.sql`SELECT ${findingColumns} FROM "Finding" WHERE "systemId" = ANY (${[...systems]}::text[]) AND "closedAt" IS NULL ORDER BY "openedAt", id`

/**
 * A finding, locked for a decision on it (T07). Refuses `not_found` alike for one that does not exist and one of a system that may not be seen (T23).
 * `systems`: the readable ones, null for all.
 */
export async function loadFindingForUpdate(
  tx: Tx,
  id: string,
  systems: readonly string[] | null,
): Promise<FindingFacts & { profile: string | null; rule: string }> {
  const [row] = await tx.$queryRaw<
    (Omit<FindingFacts, 'system'> & { systemId: string; systemName: string; profile: string | null; rule: string; kind: FindingKind })[]
  >`
    SELECT f.id, f."systemId", s.name AS "systemName", f."profileKey" AS profile, f.rule, f.kind, f."closedAt", f."acknowledgedAt", f."raisedForId"
    FROM "Finding" f JOIN "System" s ON s.id = f."systemId"
    WHERE f.id = ${id} AND (${systems === null} OR f."systemId" = ANY (${[...(systems ?? [])]}::text[])) FOR UPDATE OF f`
  if (!row) throw new Refused(refuse('not_found', `There is no finding ${id} that you can see.`, { place: 'finding' }))
  const { systemId, systemName, ...finding } = row
  return { ...finding, system: { id: systemId, name: systemName } }
}
