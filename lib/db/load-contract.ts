import 'server-only'
import type { CurrentFact } from '@/lib/domain/observation/facts'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { list } from './json-rows'
import { type FactRow, toFact } from './load-facts'
import { loadTexts } from './load-incidents'

/** A choice of another set of required variables, by whom, when and why; `endedAt` null: in force (001.12). */
export type VariantChoice = {
  id: string
  profile: string
  variant: string
  reason: string | null
  chosenBy: string
  chosenAt: Date
  endedAt: Date | null
}

type ChoiceRow = Omit<VariantChoice, 'reason' | 'chosenAt' | 'endedAt'> & { reason: string; chosenAt: string; endedAt: string | null }

/** How many choices are shown: those in force and the newest of those that ended. */
const MOST_CHOICES = 50

/** What was reported of the variables of a system and of the conditions under which it needs them, on every profile and runtime, and who chose which set of them. Two statements, the second for the reasons. */
export async function loadContract(tx: Tx, systemId: string): Promise<{ facts: CurrentFact[]; choices: VariantChoice[] }> {
  const [row] = await tx.$queryRaw<{ facts: FactRow[]; choices: ChoiceRow[] }[]>`/* kept */
    SELECT ${list(Prisma.sql`
      SELECT "systemId", "profileKey" AS profile, instance, section, facts, baseline, source, "seenAt", "observationId"
      FROM "ProfileFact" WHERE "systemId" = ${systemId} AND section IN ('variables', 'conditions') ORDER BY "profileKey", instance, section`)} AS facts,
    ${list(Prisma.sql`
      SELECT c.id, c."profileKey" AS profile, c.variant, c.reason, c."chosenAt", c."endedAt", coalesce(n.name, p.label, 'Somebody erased') AS "chosenBy"
      FROM "VariantChoice" c JOIN "Principal" p ON p.id = c."chosenById" LEFT JOIN "Person" n ON n."principalId" = p.id
      WHERE c."systemId" = ${systemId} ORDER BY c."endedAt" IS NOT NULL, c."chosenAt" DESC, c.id DESC LIMIT ${MOST_CHOICES}`)} AS choices`
  const { facts, choices } = row ?? { facts: [], choices: [] }
  const texts = await loadTexts(
    tx,
    choices.map(({ reason }) => reason),
  )
  return {
    facts: facts.map(toFact),
    choices: choices.map((choice) => ({
      ...choice,
      reason: texts.get(choice.reason) ?? null,
      chosenAt: new Date(choice.chosenAt),
      endedAt: choice.endedAt === null ? null : new Date(choice.endedAt),
    })),
  }
}
