import { viewerFrom } from '@/lib/auth/session'
import { REFUSAL_STATUS, Refused } from '@/lib/domain/refusal'
import { exportFileInput } from '@/lib/schemas/trail-export'
import { exportAnswer } from '../../export-answer'

/** The file of one's own export, streamed; `after` continues one that broke off. What is not one's own is not found (T23). */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  // A browser that fetches by itself, piece after piece, does not keep a session from idling out (T26).
  const who = await viewerFrom(request.headers, { isActivity: false })
  if (!who) return plain(401, 'Your session has ended. Sign in again; what arrived so far is still good.')
  const { searchParams } = new URL(request.url)
  const parsed = exportFileInput.safeParse({ ...Object.fromEntries(searchParams), ...(await params) })
  if (!parsed.success) return plain(422, 'This address is not that of an export. Open it from Audit, Export.')
  try {
    const { id, after, bom } = parsed.data
    return await exportAnswer(request, who, { id, after, bom: bom === '1' })
  } catch (error) {
    if (error instanceof Refused) return plain(REFUSAL_STATUS[error.refusal.code], error.refusal.sentence)
    throw error
  }
}

function plain(status: number, sentence: string): Response {
  return new Response(`${sentence}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...(status >= 500 ? { 'retry-after': '2' } : {}) },
  })
}
