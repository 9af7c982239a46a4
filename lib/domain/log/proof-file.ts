import { fromBase64, toBase64 } from './bytes'
import { type Checkpoint, parseCheckpoint } from './checkpoint'
import type { Note } from './note'

/** A proof that stands alone: which entry, the hashes up to the root, and the signed checkpoint they lead to (c2sp.org/tlog-proof). */
export type ProofFile = { index: number; hashes: readonly Uint8Array[]; checkpoint: string; extra?: Uint8Array }

const HEADER = 'c2sp.org/tlog-proof@v1'

/** A proof as text, for a file that ends in `.tlog-proof`. */
export function proofFileText({ index, hashes, checkpoint, extra }: ProofFile): string {
  const lines = [HEADER, ...(extra ? [`extra ${toBase64(extra)}`] : []), `index ${index}`, ...hashes.map(toBase64)]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/** Reads a proof file; null when it is not one. Nothing is checked here beyond its form. */
export function parseProofFile(text: string): (ProofFile & { says: Checkpoint & { note: Note } }) | null {
  const end = text.indexOf('\n\n')
  if (end < 0) return null
  const lines = text.slice(0, end).split('\n')
  if (lines.shift() !== HEADER) return null
  const extra = lines[0]?.startsWith('extra ') ? fromBase64((lines.shift() as string).slice(6)) : undefined
  const [, index] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? []
  const hashes = lines.map(fromBase64)
  const checkpoint = text.slice(end + 2)
  const says = parseCheckpoint(checkpoint)
  if (index === undefined || extra === null || !says || hashes.length > 63) return null
  if (!hashes.every((hash) => hash?.length === 32)) return null
  return { index: Number(index), hashes: hashes as Uint8Array[], checkpoint, ...(extra ? { extra } : {}), says }
}
