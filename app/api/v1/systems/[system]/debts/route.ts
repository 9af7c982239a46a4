import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { listDebts } from '@/lib/queries/api/incidents'
import { listDebtsInput } from '@/lib/schemas/api/incidents'

type Context = { params: Promise<{ system: string }> }

/** What fallback uses, emergencies and rollbacks of a system still owe. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, { params, schema: listDebtsInput, run: ({ actor }, input, { now }) => listDebts({ actor, now }, input) })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
