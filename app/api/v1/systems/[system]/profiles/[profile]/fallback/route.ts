import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getFallbackState } from '@/lib/queries/api/fallbacks'
import { getFallbackStateInput } from '@/lib/schemas/api/incidents'

type Context = { params: Promise<{ system: string; profile: string }> }

/** Whether a fallback file may be read on a profile now, and until when. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getFallbackStateInput,
    run: ({ actor }, input, { now }) => getFallbackState({ actor, now }, input),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
