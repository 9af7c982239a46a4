import 'server-only'
import { Refused, refuse } from '@/lib/domain/refusal'

export const BODY_LIMIT = 256 * 1024
export const BATCH_BODY_LIMIT = 1024 * 1024
const DEEPEST = 32

/**
 * The body of a request as text: JSON by its content type, not compressed, no larger than the limit, which is watched while it arrives (T30).
 * Refuses with `unsupported_media_type` or `too_large`.
 */
export async function readBody(request: Request, limit: number): Promise<string> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new Refused(refuse('unsupported_media_type', 'Send the body as Content-Type: application/json.', { place: 'Content-Type' }))
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity')
    throw new Refused(refuse('unsupported_media_type', 'Send the body uncompressed.', { place: 'Content-Encoding' }))
  const tooLarge = (): Refused => new Refused(refuse('too_large', `The body may have at most ${limit / 1024} KiB.`, { place: 'body' }))
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge()
  if (request.body === null) return ''
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > limit) {
      await reader.cancel()
      throw tooLarge()
    }
    chunks.push(value)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw new Refused(refuse('invalid', 'The body is not UTF-8.', { place: 'body' }))
  }
}

/** Text as JSON, nested at most 32 deep, which is counted before it is parsed (T30). Refuses with `invalid`, never repeating the text. */
export function parseJson(text: string): unknown {
  if (depthOf(text) > DEEPEST) throw new Refused(refuse('invalid', `The body is nested deeper than ${DEEPEST} levels.`, { place: 'body' }))
  try {
    return JSON.parse(text)
  } catch {
    throw new Refused(refuse('invalid', 'The body is not JSON.', { place: 'body' }))
  }
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 92) i += 1
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 123 || code === 91) {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (code === 125 || code === 93) depth -= 1
  }
  return deepest
}
