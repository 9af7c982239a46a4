import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getPromotion } from '@/lib/queries/api/promotions'
import { getPromotionInput } from '@/lib/schemas/api/promotions'

type Context = { params: Promise<{ promotion: string }> }

/** One promotion: gates, slots, sealed version, and what stands in the way, judged now. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getPromotionInput,
    run: ({ actor }, { promotion }, { now }) => getPromotion({ actor, now }, promotion),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
