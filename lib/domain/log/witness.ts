import { fromBase64, isSameBytes, toBase64 } from './bytes'
import { type Checkpoint, parseCheckpoint } from './checkpoint'
import type { Tree } from './merkle'
import { type CheckSignature, checkNote, type Note, type VerifierKey } from './note'

/** What a log asks of a witness: from which size it proves, how, and the checkpoint to cosign (c2sp.org/tlog-witness). */
export type AddCheckpoint = { old: number; proof: readonly Uint8Array[]; checkpoint: Checkpoint & { note: Note }; signed: string }

/** The body of a request to a witness. */
export function addCheckpointBody(old: number, proof: readonly Uint8Array[], signed: string): string {
  return `old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${signed}`
}

/** Reads a request to a witness; null when it is not one. */
export function parseAddCheckpoint(body: string): AddCheckpoint | null {
  const end = body.indexOf('\n\n')
  if (end < 0) return null
  const [first = '', ...lines] = body.slice(0, end).split('\n')
  const [, old] = /^old (0|[1-9]\d{0,15})$/.exec(first) ?? []
  const proof = lines.map(fromBase64)
  const signed = body.slice(end + 2)
  const checkpoint = parseCheckpoint(signed)
  if (old === undefined || !checkpoint || proof.length > 63 || !proof.every((hash) => hash?.length === 32)) return null
  return { old: Number(old), proof: proof as Uint8Array[], checkpoint, signed }
}

/** The last checkpoint of a log that a witness cosigned. */
export type Remembered = Checkpoint & { signed: string }

/** What a witness answers: cosign, or the status and words of its refusal. */
export type WitnessAnswer = { cosign: Remembered } | { status: 400 | 403 | 404 | 409 | 422; says: string; type?: 'text/x.tlog.size' }

/**
 * Judges a request by what the witness remembers of the log (null: nothing yet) and the keys it trusts for it. It never cosigns another root for a
 * size that it has seen, nor a tree that does not begin with the one it remembers (T14, T15).
 */
export async function judgeCheckpoint(
  request: AddCheckpoint,
  known: { keys: readonly VerifierKey[]; last: Remembered | null } | null,
  tree: Tree,
  check: CheckSignature,
): Promise<WitnessAnswer> {
  const { old, proof, checkpoint, signed } = request
  if (known === null) return { status: 404, says: 'This witness does not watch that log.' }
  const signatures = await checkNote(checkpoint.note, known.keys, check)
  if (!signatures.some(({ state }) => state === 'good')) return { status: 403, says: 'No key that this witness trusts signed it.' }
  if (old > checkpoint.size) return { status: 400, says: 'The old size is larger than the checkpoint.' }
  const last = known.last
  if (old !== (last?.size ?? 0)) return { status: 409, says: `${last?.size ?? 0}\n`, type: 'text/x.tlog.size' }
  if (last && old === checkpoint.size && !isSameBytes(last.root, checkpoint.root))
    return { status: 409, says: `A checkpoint of ${old} entries with another root was cosigned before. One of the two histories is false.` }
  const begun = last?.root ?? tree.rootOfLeaves([])
  if (old === 0 ? proof.length > 0 : !tree.verifyConsistency(old, begun, checkpoint.size, checkpoint.root, proof))
    return { status: 422, says: `The proof does not show that the log of ${checkpoint.size} entries begins with that of ${old}.` }
  return { cosign: { origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root, signed } }
}
