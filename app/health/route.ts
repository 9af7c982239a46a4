import { API_HEADERS } from '@/lib/http/problem'

export const dynamic = 'force-dynamic'

/** Says that this process is alive, and nothing else: it asks no database (002.34). */
export function GET(): Response {
  return Response.json({ status: 'alive' }, { headers: API_HEADERS })
}
