import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { requestStatementInput } from '@/lib/schemas/statement'
import { type AskedStatement, requestStatement } from '@/lib/usecases/statement/request-statement'

/** Asks for a signed statement about a promotion, a rotation or an exception. */
export function POST(request: Request): Promise<Response> {
  return respond(request, {
    schema: requestStatementInput,
    scope: 'read',
    run: requestStatement,
    location: (_, body) => `/api/v1/statements/${(body as AskedStatement).digest}`, // what requestStatement answered
    about: ({ kind, id }) => ({ verb: 'statement:request', subject: { kind, id } }),
  })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
