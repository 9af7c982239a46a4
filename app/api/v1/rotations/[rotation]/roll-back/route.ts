import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { rollBackInput } from '@/lib/schemas/rotation'
import { rollBack } from '@/lib/usecases/rotation/roll-back'

type Context = { params: Promise<{ rotation: string }> }

/** Calls a running rotation off. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: rollBackInput, scope: 'rotation:run', status: 200, run: rollBack })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
