import { viewer } from '@/lib/auth/session'
import { getReceiptProof } from '@/lib/queries/receipt-proof'

type Context = { params: Promise<{ id: string }> }

/**
 * The proof that a signature lies in the log, as a file for anybody's tools (c2sp.org/tlog-proof). What cannot be seen is not found (T23); one that the log
 * has not taken in yet is asked for again in a second.
 */
export async function GET(_: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  const who = await viewer()
  const proof = who ? await getReceiptProof(who, id) : null
  if (proof === null || proof === 'waiting')
    return new Response(proof === null ? 'Not found\n' : 'The log has not taken it in yet. Ask again in a moment.\n', {
      status: proof === 'waiting' ? 503 : who ? 404 : 401,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-store',
        ...(proof === 'waiting' ? { 'retry-after': '1' } : {}),
      },
    })
  return new Response(proof, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${id.replace(/[^\w-]/g, '_')}.tlog-proof"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}
