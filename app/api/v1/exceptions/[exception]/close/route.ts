import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { closeExceptionInput } from '@/lib/schemas/exception'
import { closeException } from '@/lib/usecases/exception/close-exception'

type Context = { params: Promise<{ exception: string }> }

/** Closes a drift exception with what shows that it is fixed. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: closeExceptionInput, scope: 'exception:file', status: 200, run: closeException })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
