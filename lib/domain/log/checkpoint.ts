import { fromBase64, toBase64 } from './bytes'
import { type Note, parseNote } from './note'

/** What a checkpoint says: which log, how many entries, and the root over them (32 bytes). */
export type Checkpoint = { origin: string; size: number; root: Uint8Array }

/** The text of a checkpoint that gets signed (c2sp.org/tlog-checkpoint); no extension lines. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`
}

/** Reads a signed checkpoint; null when it is not one. Signatures are not checked here. */
export function parseCheckpoint(signed: string): (Checkpoint & { note: Note }) | null {
  const note = parseNote(signed)
  if (!note) return null
  const [origin, size, root, ...rest] = note.text.split('\n')
  if (!origin || !size || !root || rest.length !== 1 || rest[0] !== '' || !/^(?:0|[1-9]\d{0,15})$/.test(size)) return null
  const hash = fromBase64(root)
  if (hash?.length !== 32 || !Number.isSafeInteger(Number(size))) return null
  return { origin, size: Number(size), root: hash, note }
}
