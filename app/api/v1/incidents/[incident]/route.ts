import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getIncident } from '@/lib/queries/api/incidents'
import { getIncidentInput } from '@/lib/schemas/api/incidents'

type Context = { params: Promise<{ incident: string }> }

/** One incident, with what is linked to it and what that owes. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getIncidentInput,
    run: ({ actor }, { incident }, { now }) => getIncident({ actor, now }, incident),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
