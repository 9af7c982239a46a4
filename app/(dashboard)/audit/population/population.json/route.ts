import { viewer } from '@/lib/auth/session'
import { populationFile } from '@/lib/queries/auditor/files'
import { getPopulation } from '@/lib/queries/auditor/population'
import { periodInAddress, periodOf } from '@/lib/schemas/auditor'
import { recordFile } from '@/lib/usecases/trail/record-file'
import { fileAnswer, noFile, refusedInWords } from '../file-answer'

/** The changes of a period as a file, with what proves that they are all of them. That it was taken goes on the record first. */
export function GET(request: Request): Promise<Response> {
  return refusedInWords(() => answer(request))
}

async function answer(request: Request): Promise<Response> {
  const who = await viewer()
  if (!who) return noFile(401, 'Sign in first.')
  const period = periodInAddress(Object.fromEntries(new URL(request.url).searchParams), who.now)
  const population = await getPopulation(who, { ...periodOf(period), system: period.system })
  const mine = population.systems.some(({ id }) => period.system === undefined || id === period.system)
  if (!mine) return noFile(404, 'There is no such system that you can see.')
  if (population.isTooMany) return noFile(422, 'There are too many changes in this period. Choose a shorter one, or one system.')
  const days = { from: period.from, to: period.to, system: period.system ?? null }
  const size = population.range?.after.size ?? 0
  await recordFile(who.ctx, {
    format: 'population',
    system: days.system,
    size,
    about: { from: days.from, to: days.to, changes: population.changes.length },
  })
  const file = await populationFile(population, days)
  return fileAnswer(`changes-${days.from}-to-${days.to}.json`, 'application/json; charset=utf-8', `${JSON.stringify(file, null, 2)}\n`)
}
