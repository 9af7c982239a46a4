import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { listFallbackUses } from '@/lib/queries/api/fallbacks'
import { listFallbackUsesInput } from '@/lib/schemas/api/incidents'
import { listPage } from '../list-page'

/** Fallback uses the caller may see, the newest asked for first. */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: listFallbackUsesInput,
    run: ({ actor }, { system, state }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['fallback-uses', system, state],
        (slice) => listFallbackUses({ actor, now }, { system, state }, slice),
        ({ askedAt, id }) => [askedAt, id],
      ),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
