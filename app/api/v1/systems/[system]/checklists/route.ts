import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { listChecklists } from '@/lib/queries/api/checklists'
import { listChecklistsInput } from '@/lib/schemas/api/checklists'

type Context = { params: Promise<{ system: string }> }

/** Checklists of a system's active policy. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: listChecklistsInput,
    run: async ({ actor }, { system }, { now }) => ({ items: await listChecklists({ actor, now }, system) }),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
