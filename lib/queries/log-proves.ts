import 'server-only'
import { db } from '@/lib/db/client'
import { type LastVerification, type LogState, loadLogStanding } from '@/lib/db/load-log-state'
import { type LogKey, logKeys, newestCheckpoint, type SignedCheckpoint } from '@/lib/db/read-log'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'

/** The log as everybody may know it: its name, keys and newest checkpoint name no person and no system. `origin` null while nothing is signed. */
export type LogFacts = {
  log: LogState
  verified: LastVerification | null
  origin: string | null
  checkpoint: SignedCheckpoint | null
  keys: LogKey[]
  witnesses: { vkey: string; size: number; at: Date }[]
}

/** Everything that somebody needs to check the log from outside. For anybody who is signed in. */
export async function getLogFacts(): Promise<LogFacts> {
  const [{ log, verified }, checkpoint, keys, witnesses] = await Promise.all([
    loadLogStanding(db),
    newestCheckpoint(db),
    logKeys(db),
    db.$queryRaw<{ vkey: string; size: bigint; at: Date }[]>`
      SELECT vkey, max(tree_size) AS size, max(received_at) AS at FROM audit.cosignature GROUP BY vkey ORDER BY vkey`,
  ])
  return {
    log,
    verified,
    origin: checkpoint ? (parseCheckpoint(checkpoint.note)?.origin ?? null) : null,
    checkpoint,
    keys,
    witnesses: witnesses.map((witness) => ({ ...witness, size: Number(witness.size) })),
  }
}
