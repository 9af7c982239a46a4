import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { completeRotationInput } from '@/lib/schemas/rotation'
import { completeRotation } from '@/lib/usecases/rotation/complete-rotation'

type Context = { params: Promise<{ rotation: string }> }

/** Completes a verified rotation, with proof that the old key is retired. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: completeRotationInput, scope: 'rotation:run', status: 200, run: completeRotation })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
