import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getVerdicts } from '@/lib/queries/api/observations'
import { getVerdictsInput } from '@/lib/schemas/api/observations'

type Context = { params: Promise<{ system: string }> }

/** What the reported facts say of every rule of a system now. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, { params, schema: getVerdictsInput, run: ({ actor }, input, { now }) => getVerdicts({ actor, now }, input) })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
