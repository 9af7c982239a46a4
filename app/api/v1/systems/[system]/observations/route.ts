import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listObservations } from '@/lib/queries/api/observations'
import { listObservationsInput } from '@/lib/schemas/api/observations'
import { reportObservationsInput } from '@/lib/schemas/observation'
import { recordObservations } from '@/lib/usecases/observation/record-observations'
import { listPage } from '../../../list-page'

type Context = { params: Promise<{ system: string }> }

/** What was reported of a system's profiles, newest first. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: listObservationsInput,
    run: ({ actor }, { system, profile }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['observations', system, profile],
        (slice) => listObservations({ actor, now }, { system, profile }, slice),
        ({ recordedAt, id }) => [recordedAt, id],
      ),
  })
}

/** Takes one observation or up to a hundred, and judges the system by them. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: reportObservationsInput, scope: 'observation:report', batch: true, run: recordObservations })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
