import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { statementAnswer } from '@/lib/queries/statement'
import { getStatementInput } from '@/lib/schemas/api/statements'

type Context = { params: Promise<{ digest: string }> }

/** A statement with its signed envelope. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getStatementInput,
    run: ({ actor }, { digest }, { now }) => statementAnswer({ actor, now }, digest),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
