import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { listPolicies } from '@/lib/queries/api/systems'
import { listPoliciesInput } from '@/lib/schemas/api/systems'
import { listPage } from '../../../list-page'

type Context = { params: Promise<{ system: string }> }

/** Policy versions of a system, newest first. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: listPoliciesInput,
    run: async ({ actor }, { system }, { now, searchParams }) => {
      const page = await listPage(
        searchParams,
        ['policies', system],
        (slice) => listPolicies({ actor, now }, system, slice),
        ({ appliedAt, id }) => [appliedAt, id],
      )
      return { ...page, items: page.items.map(({ id: _, ...item }) => item) } // people and programs name a version by its number
    },
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
