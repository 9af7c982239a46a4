import { API_HEADERS } from '@/lib/http/problem'
import { getReadiness } from '@/lib/queries/readiness'

export const dynamic = 'force-dynamic'

/** Whether this process can serve: the database answers and has every migration (002.34). 503 with the reason otherwise. */
export async function GET(): Promise<Response> {
  const readiness = await getReadiness()
  return readiness.ready
    ? Response.json({ status: 'ready' }, { headers: API_HEADERS })
    : Response.json({ status: 'not_ready', reason: readiness.reason }, { status: 503, headers: { ...API_HEADERS, 'Retry-After': '5' } })
}
