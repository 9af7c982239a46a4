import { viewer } from '@/lib/auth/session'
import { fromHex } from '@/lib/domain/log/bytes'
import { proofFileText } from '@/lib/domain/log/proof-file'
import { getAuditEntry } from '@/lib/queries/audit-detail'
import { noteRead } from '@/lib/usecases/trail/record-read'

type Context = { params: Promise<{ id: string }> }

const HEADERS = { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' }

/** The proof of an entry as a file (c2sp.org/tlog-proof), under the newest checkpoint. What cannot be seen, and what still waits, is not found (T23). */
export async function GET(_: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  const who = await viewer()
  const entry = who ? await getAuditEntry(who, id) : null
  const hashes = entry?.log?.hashes.map(fromHex).filter((hash) => hash !== null)
  if (!who || !entry?.log || !hashes)
    return new Response(who ? 'Not found, or not in the log yet\n' : 'Sign in first.\n', {
      status: who ? 404 : 401,
      headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
    })
  await noteRead(
    who.ctx,
    { entry: { id: entry.row.id, system: entry.row.where.system, own: false }, referer: null, address: null },
    who.now,
  )
  const { number, checkpoint } = entry.log
  return new Response(proofFileText({ index: number - 1, hashes, checkpoint }), {
    headers: {
      ...HEADERS,
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="entry-${number}.tlog-proof"`,
    },
  })
}
