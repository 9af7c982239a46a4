import { viewerFrom } from '@/lib/auth/session'
import { openLive } from '@/lib/queries/live'

export const dynamic = 'force-dynamic'

/**
 * What changes, as it changes, for the screens of whoever is signed in. 401 for nobody, 429 when they have too many open. Listening is no activity:
 * a session idles out all the same (T26).
 */
export async function GET(request: Request): Promise<Response> {
  const who = () => viewerFrom(request.headers, { isActivity: false })
  const first = await who()
  if (!first) return answer(401)
  const stream = openLive(first, who, request.signal)
  if (!stream) return answer(429)
  return new Response(stream, {
    headers: {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
      // Else the connection would idle on after the stream, and a server that stops waits five seconds for it.
      Connection: 'close',
    },
  })
}

function answer(status: 401 | 429): Response {
  return new Response(null, { status, headers: { 'Cache-Control': 'no-store', ...(status === 429 ? { 'Retry-After': '30' } : {}) } })
}
