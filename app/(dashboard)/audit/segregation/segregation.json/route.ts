import { viewer } from '@/lib/auth/session'
import { getSegregation } from '@/lib/queries/auditor/segregation'
import { instantInAddress } from '@/lib/schemas/auditor'
import { SystemSlug } from '@/lib/schemas/common'
import { recordFile } from '@/lib/usecases/trail/record-file'
import { fileAnswer, noFile, refusedInWords } from '../../population/file-answer'

/** Who could sign what as of an instant, as a file with the ids of grants. That it was taken goes on the record first. */
export function GET(request: Request): Promise<Response> {
  return refusedInWords(() => answer(request))
}

async function answer(request: Request): Promise<Response> {
  const who = await viewer()
  if (!who) return noFile(401, 'Sign in first.')
  const asked = new URL(request.url).searchParams
  const given = instantInAddress(asked.get('at') ?? undefined)
  const at = given && given < who.now ? given : who.now
  const system = SystemSlug.safeParse(asked.get('system')).data
  const { systems } = await getSegregation(who, { at, system })
  if (systems.length === 0) return noFile(404, 'There is no such system that you can see.')
  await recordFile(who.ctx, { format: 'segregation', system: system ?? null, size: 0, about: { at: at.toISOString() } })
  const body = { format: 'countersign-segregation/1', at, madeAt: who.now, systems }
  return fileAnswer(
    `segregation-${at.toISOString().slice(0, 16).replace(':', '')}.json`,
    'application/json; charset=utf-8',
    `${JSON.stringify(body, null, 2)}\n`,
  )
}
