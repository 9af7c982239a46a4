import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const compress = promisify(gzip)
/** As much is compressed at a time: large enough to be small, small enough to be held for every reader. */
const CHUNK = 262_144

/** Bytes as a gzip member of their own; members one after another are a gzip file (RFC 1952, 2.2). Compressed off the main thread. */
export async function gzipMember(bytes: Uint8Array): Promise<Uint8Array> {
  return compress(bytes)
}

/** Compresses as it goes: some chunks at a time become a gzip member. */
export async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    held.push(chunk)
    length += chunk.length
    if (length < CHUNK) continue
    yield gzipMember(Buffer.concat(held))
    held = []
    length = 0
  }
  if (length > 0) yield gzipMember(Buffer.concat(held))
}

/**
 * Bytes as the body of an answer. The reader sets the pace: a chunk is made when the one before it is taken. Whoever goes away ends the source, whose
 * `finally` then runs; `onEnd` is called once however it ends.
 */
export function byteStream(chunks: AsyncIterable<Uint8Array>, onEnd?: (error: unknown) => void): ReadableStream<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  let isOver = false
  const end = (error: unknown) => {
    if (isOver) return
    isOver = true
    onEnd?.(error)
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await source.next()
          if (isOver) return // nobody takes it any more
          if (!done) return controller.enqueue(value)
          controller.close()
          end(null)
        } catch (error) {
          end(error)
          controller.error(error)
        }
      },
      async cancel() {
        end(null)
        await source.return?.()
      },
    },
    { highWaterMark: 1 },
  )
}
