import { settings } from '@/lib/env'
import { API_HEADERS } from '@/lib/http/problem'
import { openApiDocument } from '@/lib/schemas/openapi'

export const dynamic = 'force-dynamic'

let text: string | undefined

/** The OpenAPI 3.1 document of /api/v1. It holds nothing of anybody, so it needs no token. */
export function GET(): Response {
  text ??= JSON.stringify(openApiDocument({ origin: settings().APP_ORIGIN, version: settings().APP_VERSION ?? '0.0.0' }))
  return new Response(text, { headers: { ...API_HEADERS, 'Content-Type': 'application/json' } })
}
