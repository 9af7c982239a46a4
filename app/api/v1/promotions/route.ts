import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listPromotions } from '@/lib/queries/api/promotions'
import { listPromotionsInput } from '@/lib/schemas/api/promotions'
import { openPromotionInput } from '@/lib/schemas/promotion'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { listPage } from '../list-page'

/** Promotions the caller may see, the newest opened first. */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: listPromotionsInput,
    run: ({ actor }, { system, status, to }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['promotions', system, status, to],
        (slice) => listPromotions({ actor, now }, { system, status, to }, slice),
        ({ openedAt, id }) => [openedAt, id],
      ),
  })
}

/** Opens a promotion along an edge of the policy. Sealing and signing are acts of people in the browser. */
export function POST(request: Request): Promise<Response> {
  return respond(request, {
    schema: openPromotionInput,
    scope: 'promotion:open',
    run: openPromotion,
    location: (_, result) => `/api/v1/promotions/${(result as Awaited<ReturnType<typeof openPromotion>>).id}`, // what run gave
  })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
