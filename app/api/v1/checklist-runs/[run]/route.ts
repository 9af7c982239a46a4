import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getRun } from '@/lib/queries/api/checklists'
import { getRunInput } from '@/lib/schemas/api/checklists'

type Context = { params: Promise<{ run: string }> }

/** One run with the state of each item. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, { params, schema: getRunInput, run: ({ actor }, { run }, { now }) => getRun({ actor, now }, run) })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
