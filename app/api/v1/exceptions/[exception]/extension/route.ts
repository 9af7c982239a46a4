import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { extendExceptionInput } from '@/lib/schemas/exception'
import { extendException } from '@/lib/usecases/exception/extend-exception'

type Context = { params: Promise<{ exception: string }> }

/** Asks for more time; until it is approved the old end holds. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: extendExceptionInput, scope: 'exception:file', status: 200, run: extendException })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
