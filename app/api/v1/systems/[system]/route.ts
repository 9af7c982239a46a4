import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getSystem } from '@/lib/queries/api/systems'
import { getSystemInput } from '@/lib/schemas/api/systems'

type Context = { params: Promise<{ system: string }> }

/** One system: its profiles, what runs on them, and its edges. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getSystemInput,
    run: ({ actor }, { system }, { now }) => getSystem({ actor, now }, system),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
