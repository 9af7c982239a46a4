import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { confirmRotationInput } from '@/lib/schemas/rotation'
import { confirmRotation } from '@/lib/usecases/rotation/confirm-rotation'

type Context = { params: Promise<{ rotation: string }> }

/** Confirms as another owner what one of them performed. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: confirmRotationInput, scope: 'rotation:run', status: 200, run: confirmRotation })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
