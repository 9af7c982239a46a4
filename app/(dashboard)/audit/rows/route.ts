import { viewerFrom } from '@/lib/auth/session'
import { positionOf } from '@/lib/http/position'
import { filterInAddress } from '@/lib/schemas/audit'
import { whyNotSecretQuery } from '@/lib/secret-filter/why-not-secret'
import { noteRead } from '@/lib/usecases/trail/record-read'
import { pageOfTrail, trailList } from '../page-of-trail'

const HEADERS = { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' }

/** Further rows of the list behind a cursor, as JSON: what the screen loads as somebody scrolls. */
export async function GET(request: Request): Promise<Response> {
  const viewer = await viewerFrom(request.headers, { isActivity: true })
  if (!viewer) return new Response('Sign in first.\n', { status: 401, headers: HEADERS })
  const asked = new URL(request.url).searchParams
  // What looks like a secret is neither searched for nor sent back (T18). The cursor is ours, and signed.
  if (whyNotSecretQuery(asked, { except: ['after'] })) return new Response('Not found\n', { status: 404, headers: HEADERS })
  const { filter } = filterInAddress(Object.fromEntries(asked))
  const after = positionOf(trailList(filter), asked.get('after') ?? undefined)
  if (after === null) return new Response('Not found\n', { status: 404, headers: HEADERS })
  const page = await pageOfTrail(viewer, filter, after)
  await noteRead(viewer.ctx, { filter, referer: null, address: null }, viewer.now)
  return Response.json(page, { headers: HEADERS })
}
