import { viewerFrom } from '@/lib/auth/session'
import { getCheckedLog, listCheckedCheckpoints, listCheckedEntries, listCheckedTiles, mayCheck } from '@/lib/queries/trail-check'
import { noteRead } from '@/lib/usecases/trail/record-read'

type Context = { params: Promise<{ what: string }> }

const HEADERS = { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' }

/**
 * What a browser verifies the record with, as JSON (see `lib/queries/trail-check.ts`): what the log says of itself, its checkpoints, its entries as
 * far as the viewer may read them (the others by their hash), its tiles. Asked for by a screen, so it does not count as activity (T26).
 */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const { what } = await params
  const viewer = await viewerFrom(request.headers, { isActivity: false })
  if (!viewer) return new Response('Sign in first.\n', { status: 401, headers: HEADERS })
  const asked = new URL(request.url).searchParams
  const [after, until, from, level] = ['after', 'until', 'from', 'level'].map((name) => wholeNumber(asked.get(name)))
  const answer = (await mayCheck(viewer)) ? await answerTo() : null
  return answer === null ? new Response('Not found\n', { status: 404, headers: HEADERS }) : Response.json(answer, { headers: HEADERS })

  async function answerTo(): Promise<unknown> {
    if (!viewer) return null
    switch (what) {
      case 'about':
        // Whoever verifies reads everything they may; that is one look, whatever follows.
        await noteRead(viewer.ctx, { page: 'verification', referer: null, address: null }, viewer.now)
        return getCheckedLog()
      case 'checkpoints':
        return after === undefined || until === undefined ? null : listCheckedCheckpoints({ after, until })
      case 'entries':
        return from === undefined || until === undefined ? null : listCheckedEntries(viewer, { from, until })
      case 'tiles':
        return level === undefined || from === undefined || level > 63 ? null : listCheckedTiles({ level, from })
      default:
        return null
    }
  }
}

/** A whole number from 0; undefined for anything else. */
function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined
}
