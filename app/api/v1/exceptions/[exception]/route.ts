import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getException } from '@/lib/queries/api/exceptions'
import { getExceptionInput } from '@/lib/schemas/api/exceptions'

type Context = { params: Promise<{ exception: string }> }

/** One drift exception: what deviates, until when, and where it stands. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getExceptionInput,
    run: ({ actor }, { exception }, { now }) => getException({ actor, now }, exception),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
