import 'server-only'
import { leafOf, newestCheckpoint, proofOf, readLog, vkeysAt } from '@/lib/db/read-log'
import { toHex } from '@/lib/domain/log/bytes'

/**
 * Everything that shows one event in the log without trusting whoever shows it: its index (from 0), leaf hash, bytes (canonical text), the
 * inclusion proof (hexadecimal, lowest first) up to a signed checkpoint of `size` entries, and the keys that sign it.
 */
export type EventProof = {
  index: number
  leaf: string
  canonical: string
  size: number
  hashes: string[]
  checkpoint: string
  vkeys: string[]
}

/**
 * The proof of one event under the newest checkpoint; null while it is not integrated, and for an id that is none. The caller has judged that the
 * reader may see the event (T23).
 */
export async function proofOfEvent(eventId: string): Promise<EventProof | null> {
  return readLog(async (tx) => {
    const leaf = await leafOf(tx, eventId)
    const checkpoint = leaf && (await newestCheckpoint(tx))
    if (!leaf || !checkpoint || leaf.index >= checkpoint.size) return null
    const [event] = await tx.$queryRaw<{ canonical: string }[]>`SELECT canonical FROM audit.trail WHERE id = ${eventId}::uuid`
    if (!event) return null
    const hashes = await proofOf(tx, leaf.index, checkpoint.size)
    return {
      index: leaf.index,
      leaf: toHex(leaf.leaf),
      canonical: event.canonical,
      size: checkpoint.size,
      hashes: hashes.map(toHex),
      checkpoint: checkpoint.note,
      vkeys: await vkeysAt(tx, checkpoint.size),
    }
  })
}
