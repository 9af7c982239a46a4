import 'server-only'

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
export function noFile(status: 401 | 404 | 409 | 422, sentence: string): Response {
  return new Response(`${sentence}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' } })
}
