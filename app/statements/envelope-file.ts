import type { Viewer } from '@/lib/auth/session'
import { envelopeText } from '@/lib/domain/log/statement/dsse'
import { STATED_KINDS, type StatedKind, type StatementForm } from '@/lib/domain/log/statement/in-toto'
import { envelopeOf, getStatement } from '@/lib/queries/statement'

const plain = (status: number, text: string, headers: Record<string, string> = {}): Response =>
  new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers } })

/**
 * The newest signed statement about something as a file. What cannot be seen is not found (T23); one that waits for its signature is not given as an
 * older one, but asked for again in a second.
 */
export async function envelopeFile(who: Viewer | null, asked: { kind: string; id: string }, form: StatementForm): Promise<Response> {
  const kind = STATED_KINDS.find((each) => each === decodeURIComponent(asked.kind)) as StatedKind | undefined
  const id = decodeURIComponent(asked.id)
  if (!who) return plain(401, 'Not found')
  const statement = kind ? await getStatement(who, kind, id, form) : null
  if (!statement) return plain(404, 'Not found')
  const envelope = envelopeOf(statement)
  if (!envelope) return plain(503, 'The log’s key has not signed it yet. Ask again in a moment.', { 'retry-after': '1' })
  return new Response(envelopeText(envelope), {
    headers: {
      'content-type': 'application/vnd.dsse.envelope.v1+json; charset=utf-8',
      'content-disposition': `attachment; filename="${id.replace(/[^\w-]/g, '_')}.${form === 'vsa' ? 'vsa' : 'in-toto'}.json"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}
