import 'server-only'
import { REFUSAL_STATUS, Refused } from '@/lib/domain/refusal'

/** A file of the auditor's room as an answer: saved, never kept by anything in between. */
export function fileAnswer(name: string, type: string, body: string | ReadableStream<Uint8Array>): Response {
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    },
  })
}

/** Why there is no file, in a line of plain text. */
export function noFile(status: number, sentence: string): Response {
  return new Response(`${sentence}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' } })
}

/** What `work` answers with, or why it was refused (such as too many files within an hour). */
export async function refusedInWords(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refused) return noFile(REFUSAL_STATUS[error.refusal.code], error.refusal.sentence)
    throw error
  }
}
