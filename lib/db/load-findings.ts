import 'server-only'
import type { FindingStanding } from '@/lib/domain/finding'
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
  return tx.$queryRaw<FindingStanding[]>`/* kept */
    SELECT ${findingColumns} FROM "Finding" WHERE "systemId" = ANY (${[...systems]}::text[]) AND "closedAt" IS NULL ORDER BY "openedAt", id`
}
