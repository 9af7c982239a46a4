import 'server-only'
import type { Baseline, CurrentFact, SectionFacts } from '@/lib/domain/observation/facts'
import { Prisma } from './generated/client'

/** A row of the facts that are kept, as JSON brings it. */
export type FactRow = {
  systemId: string
  profile: string
  instance: string
  section: CurrentFact['section']
  facts: SectionFacts
  baseline: Baseline | null
  source: string
  seenAt: string
  observationId: string
}

/** The newest fact of every section, runtime and profile of some systems, as rows for a statement that brings several lists at once. */
export const factRows = (systems: readonly string[]) => Prisma.sql`
  SELECT "systemId", "profileKey" AS profile, instance, section, facts, baseline, source, "seenAt", "observationId"
  FROM "ProfileFact" WHERE "systemId" = ANY (${[...systems]}::text[]) ORDER BY "profileKey", instance, section`

/** A row as the judge reads it. */
export function toFact({ systemId: _, seenAt, ...row }: FactRow): CurrentFact {
  return { ...row, seenAt: new Date(seenAt) }
}
