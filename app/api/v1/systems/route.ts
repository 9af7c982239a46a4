import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { listSystems } from '@/lib/queries/api/systems'
import { listSystemsInput } from '@/lib/schemas/api/systems'

/** Systems the caller may see. */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: listSystemsInput,
    run: async ({ actor }, _, { now }) => ({ items: await listSystems({ actor, now }) }),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
