import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getObservation } from '@/lib/queries/api/observations'
import { getObservationInput } from '@/lib/schemas/api/observations'

type Context = { params: Promise<{ system: string; observation: string }> }

/** One observation with its facts. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getObservationInput,
    run: ({ actor }, { system, observation }, { now }) => getObservation({ actor, now }, system, observation),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
