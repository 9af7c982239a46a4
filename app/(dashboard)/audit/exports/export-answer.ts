import type { Actor } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import { archived, exportResponse } from '@/lib/http/export-response'
import { EXPORT_FILE, exportContent, nameOfFile } from '@/lib/queries/trail-export/file'
import { mayStillFetch, openExport } from '@/lib/queries/trail-export/open'

/**
 * The file of an export as an answer, from a number on. Refuses as `openExport` does, and `invalid` for a number behind its end. Page and API answer
 * with the same file.
 */
export async function exportAnswer(
  request: Request,
  looker: { actor: Actor; now: Date },
  { id, after = 0, bom = false }: { id: string; after?: number; bom?: boolean },
  headers: Record<string, string> = {},
): Promise<Response> {
  const open = await openExport(looker, id)
  if (after >= open.length)
    throw new Refused(refuse('invalid', `This export ends at ${open.length}; nothing is behind that.`, { place: 'after' }))
  const content = exportContent(open, after, { bom })
  return exportResponse(
    request,
    {
      name: nameOfFile(open.format, open.createdAt, open.size),
      mediaType: EXPORT_FILE[open.format].mediaType,
      pieces: content.kind === 'bundle' ? archived(content.pieces, open.createdAt) : content.pieces,
      who: looker.actor.id,
      mayStill: () => mayStillFetch(looker.actor, open),
    },
    headers,
  )
}
