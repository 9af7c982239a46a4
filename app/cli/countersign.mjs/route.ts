import { API_HEADERS } from '@/lib/http/problem'
import { getVerifierFile } from '@/lib/queries/verifier-file'

export const dynamic = 'force-dynamic'

/** The command line with the verifier: one file for Node 20 or newer, for anybody, since it holds nothing of anybody (issue 5, 3). */
export async function GET(request: Request): Promise<Response> {
  const file = await getVerifierFile()
  if (!file)
    return new Response('The verifier was not built. Run: npm run cli\n', {
      status: 404,
      headers: { ...API_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' },
    })
  const headers = { ...API_HEADERS, 'Cache-Control': 'no-cache', ETag: `"${file.sha256}"` }
  if (request.headers.get('if-none-match') === headers.ETag) return new Response(null, { status: 304, headers })
  return new Response(Uint8Array.from(file.bytes), {
    headers: {
      ...headers,
      'Content-Type': 'text/javascript; charset=utf-8',
      'Content-Disposition': 'attachment; filename="countersign.mjs"',
      'Content-Length': String(file.bytes.length),
    },
  })
}
