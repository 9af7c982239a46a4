import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listExceptions } from '@/lib/queries/api/exceptions'
import { listExceptionsInput } from '@/lib/schemas/api/exceptions'
import { fileExceptionInput } from '@/lib/schemas/exception'
import { type FiledException, fileException } from '@/lib/usecases/exception/file-exception'
import { listPage } from '../list-page'

/** Drift exceptions the caller may see, the newest filed first. */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: listExceptionsInput,
    run: ({ actor }, { system, profile, state }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['exceptions', system, profile, state],
        (slice) => listExceptions({ actor, now }, { system, profile, state }, slice),
        ({ filedAt, id }) => [filedAt, id],
      ),
  })
}

/** Files a drift exception and seals what it asks for. */
export function POST(request: Request): Promise<Response> {
  return respond(request, {
    schema: fileExceptionInput,
    scope: 'exception:file',
    run: fileException,
    location: (_, result) => `/api/v1/exceptions/${(result as FiledException).id}`, // what run gave
  })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
