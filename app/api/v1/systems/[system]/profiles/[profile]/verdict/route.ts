import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getVerdict } from '@/lib/queries/api/verdict'
import { getVerdictInput } from '@/lib/schemas/api/promotions'

type Context = { params: Promise<{ system: string; profile: string }> }

/** The question a pipeline asks before it deploys. Always 200 for a system the caller may see: GO, or NOT_YET with every reason. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, { params, schema: getVerdictInput, run: ({ actor }, input, { now }) => getVerdict({ actor, now }, input) })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
