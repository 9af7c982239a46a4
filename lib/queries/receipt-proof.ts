import 'server-only'
import { fromHex } from '@/lib/domain/log/bytes'
import { proofFileText } from '@/lib/domain/log/proof-file'
import type { EventProof } from './log-proof'
import { getReceipt } from './receipt'
import { getSignOffReceipt } from './sign-off-receipt'
import type { Looker } from './system-standing'

/** A proof as a file of its own (c2sp.org/tlog-proof): the entry's bytes are its `extra`, so that nothing else is needed but the log's key. */
export function proofTextOf({
  index,
  hashes,
  checkpoint,
  canonical,
}: Pick<EventProof, 'index' | 'hashes' | 'checkpoint' | 'canonical'>): string {
  const bytes = hashes.map((hash) => fromHex(hash) as Uint8Array) // our own hexadecimal
  return proofFileText({ index, hashes: bytes, checkpoint, extra: new TextEncoder().encode(canonical) })
}

/** The proof file of a signature that somebody may see: `waiting` while the log has not taken it in; null where there is no such signature (T23). */
export async function getReceiptProof(looker: Looker, id: string): Promise<string | 'waiting' | null> {
  const receipt = (await getReceipt(looker, id)) ?? (await getSignOffReceipt(looker, id))
  if (!receipt?.entry) return null
  return receipt.entry.proof ? proofTextOf(receipt.entry.proof) : 'waiting'
}
