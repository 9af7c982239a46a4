import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getRotation } from '@/lib/queries/api/rotations'
import { getRotationInput } from '@/lib/schemas/api/rotations'

type Context = { params: Promise<{ rotation: string }> }

/** One rotation with its steps. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getRotationInput,
    run: ({ actor }, { rotation }, { now }) => getRotation({ actor, now }, rotation),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
