import { settings } from '@/lib/env'
import { API_HEADERS } from '@/lib/http/problem'

export const dynamic = 'force-dynamic'

/** The stamp of the running build (002.27); null for what nobody told this process. */
export function GET(): Response {
  const { GIT_SHA, BUILD_DATE, APP_VERSION } = settings()
  return Response.json(
    { GIT_SHA: GIT_SHA ?? null, BUILD_DATE: BUILD_DATE ?? null, APP_VERSION: APP_VERSION ?? null },
    { headers: API_HEADERS },
  )
}
