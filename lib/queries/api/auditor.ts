import 'server-only'
import { unseenSystem } from '@/lib/db/load-policy'
import { trailScope } from '@/lib/db/read-trail'
import type { QuestionKey } from '@/lib/domain/auditor/questions'
import { Refused, refuse } from '@/lib/domain/refusal'
import { periodOf } from '@/lib/schemas/auditor'
import type { Looker } from '../audit'
import { answerQuestion } from '../auditor/answer'
import { populationFile } from '../auditor/files'
import { CHANGES_MOST, getPopulation } from '../auditor/population'
import { getSegregation } from '../auditor/segregation'
import type { Slice } from './slice'

// What the auditor's room says, as the API answers it. A system that may not be seen is refused as unknown (T23).

/** Whole UTC days, both included, of one system or of all that the caller reads. */
type Days = { from: string; to: string; system: string | undefined }

async function ensureSeen({ actor, now }: Looker, system: string | undefined): Promise<void> {
  if (system !== undefined && !(await trailScope(actor, now)).systems.includes(system)) throw new Refused(unseenSystem(system))
}

/** One page of the answer to a saved question, newest first, and the position behind it. */
export async function listAnswers(looker: Looker, question: QuestionKey, days: Days, slice: Slice) {
  await ensureSeen(looker, days.system)
  const { rows, next } = await answerQuestion(looker, question, { ...periodOf(days), system: days.system }, slice)
  return { items: rows.map(({ key: _, system, ...row }) => ({ ...row, system: system?.id ?? null })), next }
}

/** The changes of a period with what proves that they are all of them; refuses (`invalid`) a period with more than can be listed. */
export async function getPopulationAnswer(looker: Looker, days: Days) {
  await ensureSeen(looker, days.system)
  const population = await getPopulation(looker, { ...periodOf(days), system: days.system })
  if (population.isTooMany)
    throw new Refused(
      refuse('invalid', `There are more than ${CHANGES_MOST} changes in this period. Ask for a shorter one, or for one system.`, {
        place: 'from',
      }),
    )
  return populationFile(population, { from: days.from, to: days.to, system: days.system ?? null })
}

/** Who could sign what as of an instant; one that is still to come is now. */
export async function getSegregationAnswer(looker: Looker, { at: asked, system }: { at: Date | undefined; system: string | undefined }) {
  await ensureSeen(looker, system)
  const at = asked && asked < looker.now ? asked : looker.now
  const { systems } = await getSegregation(looker, { at, system })
  return { format: 'countersign-segregation/1' as const, at, madeAt: looker.now, systems }
}
