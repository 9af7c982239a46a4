import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { startRotationInput } from '@/lib/schemas/rotation'
import { startRotation } from '@/lib/usecases/rotation/start-rotation'

type Context = { params: Promise<{ rotation: string }> }

/** Starts an approved rotation in an owner slot. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: startRotationInput, scope: 'rotation:run', status: 200, run: startRotation })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
