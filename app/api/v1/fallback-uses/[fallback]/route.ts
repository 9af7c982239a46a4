import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getFallbackUse } from '@/lib/queries/api/fallbacks'
import { getFallbackUseInput } from '@/lib/schemas/api/incidents'

type Context = { params: Promise<{ fallback: string }> }

/** One fallback use, judged now. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getFallbackUseInput,
    run: ({ actor }, { fallback }, { now }) => getFallbackUse({ actor, now }, fallback),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
