import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { evaluateReport } from '@/lib/queries/api/contracts'
import { evaluateContractInput } from '@/lib/schemas/api/contracts'

type Context = { params: Promise<{ system: string }> }

/** What the contract of a profile says of a report of names and shapes. Keeps nothing of it. */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, {
    params,
    schema: evaluateContractInput,
    scope: 'read',
    status: 200,
    batch: true,
    run: ({ actor }, input) => evaluateReport(actor, input),
  })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
