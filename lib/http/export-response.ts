import 'server-only'
import { Refused, refuse } from '@/lib/domain/refusal'
import { EXPORT_FRAMES, frameHead } from '@/lib/domain/trail-export'
import type { BundlePiece } from '@/lib/queries/trail-export/bundle'
import type { ExportPiece } from '@/lib/queries/trail-export/rows'
import { byteStream, gzipMember } from './byte-stream'
import { reportBug } from './report-bug'
import { TAR_END, tarHeader, tarPadding } from './tar'

/** As many exports run in this process at once, and as many for one person: each costs the database as long as it runs. */
const MOST_AT_ONCE = 6
const MOST_EACH = 2
/** One from which nothing was taken for so long is not counted any more: it costs nothing while it waits, and may never be heard of again. */
const FORGOTTEN_MS = 120_000
type Turn = { who: string; takenAt: number }
// On globalThis: every route's bundle has modules of its own.
const kept = globalThis as { countersignExports?: Set<Turn> }
const running = (kept.countersignExports ??= new Set())

function takeTurn(who: string): Turn {
  const now = performance.now()
  const turns = [...running].filter(({ takenAt }) => now - takenAt < FORGOTTEN_MS)
  if (turns.filter((turn) => turn.who === who).length >= MOST_EACH)
    throw new Refused(refuse('throttled', `${MOST_EACH} of your exports are being fetched already. Wait until one is through, or stop it.`))
  if (turns.length >= MOST_AT_ONCE)
    throw new Refused(refuse('busy', 'Others are fetching exports right now. Ask again in a moment; what you have so far is still good.'))
  const turn = { who, takenAt: now }
  running.add(turn)
  return turn
}

/**
 * The pieces of a bundle as those of a gzipped archive (.tar.gz). Each piece is a gzip member of its own, so that the file can be cut and continued
 * where its pieces meet; `least` bytes are compressed together.
 */
export async function* archived(pieces: AsyncIterable<BundlePiece>, at: Date, least = LEAST): AsyncGenerator<ExportPiece, void> {
  let size = 0
  let written = 0
  let held: Uint8Array[] = []
  let length = 0
  const hold = (bytes: Uint8Array) => {
    if (bytes.length === 0) return
    held.push(bytes)
    length += bytes.length
  }
  const flush = async (next: number | null): Promise<ExportPiece> => {
    const bytes = length === 0 ? new Uint8Array() : await gzipMember(Buffer.concat(held))
    held = []
    length = 0
    return { bytes, next }
  }
  let next: number | null = null
  for await (const piece of pieces) {
    if (piece.begins) {
      size = piece.begins.size
      // Of a file that was begun before, what was written then is not known here; its windows were measured and never change.
      written = piece.begins.isOpen ? Number.NaN : 0
      if (!piece.begins.isOpen) hold(tarHeader(piece.begins.path, size, at))
    }
    hold(piece.bytes)
    written += piece.bytes.length
    if (written > size) throw new RangeError('a file of an archive became longer than was said')
    if (piece.ends) {
      if (written < size) throw new RangeError('a file of an archive became shorter than was said')
      hold(tarPadding(size))
    }
    next = piece.next
    if (length >= 2 * least || (next !== null && length >= least)) yield await flush(next)
    else if (next !== null && length === 0) yield { bytes: new Uint8Array(), next }
  }
  hold(TAR_END)
  yield await flush(next)
}

const LEAST = 262_144

/** What an export is sent as. */
export type ExportFile = {
  name: string
  mediaType: string
  pieces: AsyncIterable<ExportPiece>
  /** Whoever fetches it, for the count of what runs. */
  who: string
  /** Asked every half minute: whether they still may. */
  mayStill(): Promise<boolean>
}

const CHECK_EVERY_MS = 30_000

async function* watched(file: ExportFile, turn: Turn, isFramed: boolean): AsyncGenerator<Uint8Array, void> {
  let checkedAt = Date.now()
  for await (const { bytes, next } of file.pieces) {
    turn.takenAt = performance.now()
    if (Date.now() - checkedAt > CHECK_EVERY_MS) {
      if (!(await file.mayStill())) throw new Ended()
      checkedAt = Date.now()
    }
    if (isFramed) yield Buffer.concat([frameHead(bytes.length, next), bytes])
    else if (bytes.length > 0) yield bytes
  }
}

/** Access ended while an export was sent: no bug, and nothing that can be answered any more but by breaking off. */
class Ended extends Error {}

/**
 * An export as an answer that is written as fast as it is read. Whoever accepts `EXPORT_FRAMES` gets the file in frames, to cut and continue it; everybody
 * else gets the file. Refuses when too many run.
 */
export function exportResponse(request: Request, file: ExportFile, headers: Record<string, string> = {}): Response {
  const isFramed = request.headers.get('accept')?.includes(EXPORT_FRAMES) ?? false
  const turn = takeTurn(file.who)
  const body = byteStream(watched(file, turn, isFramed), (error) => {
    running.delete(turn)
    if (error && !(error instanceof Ended)) reportBug(error, { requestId: 'export', route: new URL(request.url).pathname })
  })
  return new Response(body, {
    headers: {
      'Content-Type': isFramed ? EXPORT_FRAMES : file.mediaType,
      'Content-Disposition': `attachment; filename="${file.name}"`,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      // A proxy that collects answers before it passes them on would hold a whole export.
      'X-Accel-Buffering': 'no',
      ...headers,
    },
  })
}
