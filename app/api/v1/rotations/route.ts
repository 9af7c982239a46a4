import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listRotations } from '@/lib/queries/api/rotations'
import { listRotationsInput } from '@/lib/schemas/api/rotations'
import { openRotationInput } from '@/lib/schemas/rotation'
import { openRotation } from '@/lib/usecases/rotation/open-rotation'
import { listPage } from '../list-page'

/** Rotations the caller may see, the newest opened first. */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: listRotationsInput,
    run: ({ actor }, { system, profile, status }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['rotations', system, profile, status],
        (slice) => listRotations({ actor, now }, { system, profile, status }, slice),
        ({ openedAt, id }) => [openedAt, id],
      ),
  })
}

/** Opens a rotation under a rule of the policy and seals its plan. */
export function POST(request: Request): Promise<Response> {
  return respond(request, {
    schema: openRotationInput,
    scope: 'rotation:run',
    run: openRotation,
    location: (_, result) => `/api/v1/rotations/${(result as Awaited<ReturnType<typeof openRotation>>).id}`, // what run gave
  })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
