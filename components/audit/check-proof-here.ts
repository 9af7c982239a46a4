import { fromHex } from '@/lib/domain/log/bytes'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { tree } from '@/lib/domain/log/merkle'
import { type CheckSignature, checkNote, parseVkey, type VerifierKey } from '@/lib/domain/log/note'
import { checkInBrowser } from './fetch-source'

/** An entry by its text, its index (from 0), the hashes up to the root (hexadecimal), the signed checkpoint, and the keys of the log. */
export type ProofToCheck = { index: number; canonical: string; hashes: readonly string[]; checkpoint: string; vkeys: readonly string[] }

/** What a check came to; `not-checked` where the hashes fit and nobody here can tell the signature. */
export type ProofVerdict = 'good' | 'wrong-bytes' | 'wrong-signature' | 'not-checked'

/** Checks that a text is in the log whose checkpoint is given, from the bytes up: its hash, the hashes to the root, and who signed that. */
export async function checkProofHere(proof: ProofToCheck, check: CheckSignature = checkInBrowser): Promise<ProofVerdict> {
  const said = parseCheckpoint(proof.checkpoint)
  const hashes = proof.hashes.map(fromHex).filter((hash) => hash !== null)
  if (!said || hashes.length !== proof.hashes.length) return 'wrong-bytes'
  const leaf = tree.leafHash(new TextEncoder().encode(proof.canonical))
  if (!tree.verifyInclusion(proof.index, said.size, leaf, hashes, said.root)) return 'wrong-bytes'
  const keys = proof.vkeys.map(parseVkey).filter((key): key is VerifierKey => key !== null && key.name === said.origin)
  const states = (await checkNote(said.note, keys, check)).map(({ state }) => state)
  if (states.includes('bad')) return 'wrong-signature'
  if (states.includes('good')) return 'good'
  return states.includes('not-checked') ? 'not-checked' : 'wrong-signature'
}
