import { z } from 'zod'
import { Refused, refuse } from '@/lib/domain/refusal'
import { otherMethods } from '@/lib/http/other-methods'
import { API_HEADERS } from '@/lib/http/problem'
import { respondRead } from '@/lib/http/respond'
import { getLogFile } from '@/lib/queries/log-files'
import { noteRead } from '@/lib/usecases/trail/record-read'

type Context = { params: Promise<{ path: string[] }> }

const asked = z.strictObject({ path: z.array(z.string().max(20)).min(1).max(12) })

/**
 * The log for strangers' tools, under the paths of c2sp.org/tlog-tiles: `checkpoint`, tiles of hashes, bundles of entries, and `keys`. For auditors of
 * all systems, by session or token (T23). Tiles of hashes never change and may be kept by who asked; entries are facts about people and are not (T38).
 */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    schema: asked,
    params,
    run: async (ctx, { path }, { now }) => {
      const file = await getLogFile({ actor: ctx.actor, now }, path.join('/'))
      if (!file) throw new Refused(refuse('not_found', 'The log has no such file: it has checkpoint, keys and the tiles of its size.'))
      const isEntries = path[1] === 'entries'
      // Hashes and checkpoints tell nothing; whoever takes entries reads the trail, and that is on the record.
      if (isEntries) await noteRead(ctx, { page: 'log', referer: null, address: null }, now)
      const isKept = file.keeps && !isEntries
      return new Response(Uint8Array.from(file.body), {
        headers: {
          ...API_HEADERS,
          'Content-Type': file.type,
          'Cache-Control': isKept ? 'private, max-age=31536000, immutable' : 'no-store',
          ...(isKept ? { Vary: 'Cookie, Authorization' } : {}),
        },
      })
    },
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
