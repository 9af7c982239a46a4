import { EXPORT_FRAMES, frameReader } from '@/lib/domain/trail-export'

/** Where the bytes of an export go. `cutTo` takes away what came behind a length. */
export type Sink = {
  write(bytes: Uint8Array<ArrayBuffer>): void
  cutTo(length: number): void
  finish(): void
}

/** How much of an export is safe: the number to continue behind, and the length of the file up to there. */
export type Safe = { next: number; length: number }

/** The server said no: in words, and whether asking again may help. */
export class ExportRefused extends Error {
  readonly mayPass: boolean
  constructor(sentence: string, mayPass: boolean) {
    super(sentence)
    this.mayPass = mayPass
  }
}

/** The connection broke before the end. */
export class ExportBroken extends Error {}

/**
 * Fetches an export from where it is safe on, and tells what has become safe. What came behind the last safe place is cut away first. Throws
 * `ExportRefused` or `ExportBroken`, or the signal's own error when it is stopped; what is safe by then stays.
 */
export async function fetchExport({
  href,
  from,
  end,
  sink,
  signal,
  onSafe,
}: {
  /** The address of the file behind a number. */
  href: (after: number) => string
  from: Safe
  /** The number it ends with. */
  end: number
  sink: Sink
  signal: AbortSignal
  onSafe: (safe: Safe) => void
}): Promise<void> {
  sink.cutTo(from.length)
  const answer = await fetch(href(from.next), { headers: { accept: EXPORT_FRAMES }, cache: 'no-store', signal }).catch((error: unknown) => {
    if (signal.aborted) throw error
    throw new ExportBroken('The connection broke.')
  })
  if (!answer.ok || !answer.body) {
    const sentence = (await answer.text()).trim()
    throw new ExportRefused(
      /^text\/plain/.test(answer.headers.get('content-type') ?? '') ? sentence : 'The server could not give the file.',
      answer.status >= 500 || answer.status === 429,
    )
  }
  const read = frameReader()
  const reader = answer.body.getReader()
  let safe = from
  let length = from.length
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      if (signal.aborted) throw error
      throw new ExportBroken('The connection broke.')
    })
    if (done) break
    for (const { bytes, next } of read(value)) {
      if (bytes.length > 0) sink.write(Uint8Array.from(bytes))
      length += bytes.length
      if (next === null) continue
      safe = { next, length }
      onSafe(safe)
    }
  }
  if (safe.next < end) throw new ExportBroken('The connection broke.')
  sink.finish()
}
