import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getFinding } from '@/lib/queries/api/observations'
import { getFindingInput } from '@/lib/schemas/api/observations'

type Context = { params: Promise<{ finding: string }> }

/** One finding: what was reported, what the policy says, and how it ended. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getFindingInput,
    run: ({ actor }, { finding }, { now }) => getFinding({ actor, now }, finding),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
