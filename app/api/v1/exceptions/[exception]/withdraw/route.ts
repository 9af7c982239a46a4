import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { withdrawExceptionInput } from '@/lib/schemas/exception'
import { withdrawException } from '@/lib/usecases/exception/withdraw-exception'

type Context = { params: Promise<{ exception: string }> }

/** Takes a filing back before it is decided. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: withdrawExceptionInput, scope: 'exception:file', status: 200, run: withdrawException })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
