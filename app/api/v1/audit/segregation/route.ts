import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getSegregationAnswer } from '@/lib/queries/api/auditor'
import { getSegregationInput } from '@/lib/schemas/api/auditor'
import { recordFile } from '@/lib/usecases/trail/record-file'

/** Who could sign what as of an instant. That it was taken goes on the record before it is given (T35). */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: getSegregationInput,
    run: async (ctx, { at, system }, { now }) => {
      const report = await getSegregationAnswer({ actor: ctx.actor, now }, { at, system })
      await recordFile(ctx, { format: 'segregation', system: system ?? null, size: 0, about: { at: report.at.toISOString() } })
      return report
    },
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
