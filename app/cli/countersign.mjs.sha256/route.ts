import { API_HEADERS } from '@/lib/http/problem'
import { getVerifierFile } from '@/lib/queries/verifier-file'

export const dynamic = 'force-dynamic'

/** The SHA-256 of the verifier, in the form that `sha256sum -c` reads. */
export async function GET(): Promise<Response> {
  const file = await getVerifierFile()
  const headers = { ...API_HEADERS, 'Cache-Control': 'no-cache', 'Content-Type': 'text/plain; charset=utf-8' }
  return file
    ? new Response(`${file.sha256}  countersign.mjs\n`, { headers })
    : new Response('The verifier was not built. Run: npm run cli\n', { status: 404, headers })
}
