import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getPopulationAnswer } from '@/lib/queries/api/auditor'
import { getPopulationInput } from '@/lib/schemas/api/auditor'
import { periodInAddress } from '@/lib/schemas/auditor'
import { recordFile } from '@/lib/usecases/trail/record-file'

/** The changes of a period with what proves that they are all of them. That it was taken goes on the record before it is given (T35). */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: getPopulationInput,
    run: async (ctx, asked, { now }) => {
      const days = periodInAddress(asked, now)
      const file = await getPopulationAnswer({ actor: ctx.actor, now }, days)
      await recordFile(ctx, {
        format: 'population',
        system: days.system ?? null,
        size: file.log?.after.size ?? 0,
        about: { from: days.from, to: days.to, changes: file.changes.length },
      })
      return file
    },
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
