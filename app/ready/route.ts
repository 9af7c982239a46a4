import { API_HEADERS } from '@/lib/http/problem'
import { getReadiness } from '@/lib/queries/readiness'

export const dynamic = 'force-dynamic'

/**
 * Whether this process can serve: the database answers and has every migration (002.34). 503 with the reason otherwise. An audit log that lags, stands
 * still or refuses is named and makes nothing unready: evidence is still taken (audit-log.md, 5).
 */
export async function GET(): Promise<Response> {
  const readiness = await getReadiness()
  return readiness.ready
    ? Response.json({ status: 'ready', auditLog: readiness.auditLog }, { headers: API_HEADERS })
    : Response.json({ status: 'not_ready', reason: readiness.reason }, { status: 503, headers: { ...API_HEADERS, 'Retry-After': '5' } })
}
