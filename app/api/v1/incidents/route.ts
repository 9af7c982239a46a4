import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listIncidents } from '@/lib/queries/api/incidents'
import { listIncidentsInput } from '@/lib/schemas/api/incidents'
import { declareIncidentInput } from '@/lib/schemas/incident'
import { declareIncident } from '@/lib/usecases/incident/declare-incident'
import { listPage } from '../list-page'

/** Incidents the caller may see, the newest declared first. */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: listIncidentsInput,
    run: ({ actor }, { system, state }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['incidents', system, state],
        (slice) => listIncidents({ actor, now }, { system, state }, slice),
        ({ openedAt, id }) => [openedAt, id],
      ),
  })
}

/** Declares an incident. */
export function POST(request: Request): Promise<Response> {
  return respond(request, {
    schema: declareIncidentInput,
    scope: 'incident:declare',
    run: (ctx, input) => declareIncident(ctx, input),
    location: (_, result) => `/api/v1/incidents/${(result as Awaited<ReturnType<typeof declareIncident>>).id}`, // what run gave
  })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
