import 'server-only'
import { Refused } from '@/lib/domain/refusal'
import type { Tx } from './client'
import { unseenSystem } from './load-policy'

/**
 * One transaction at a time changes what is known of a system: facts, findings, flags, variants. Whoever reconciles findings holds its row until the commit, so
 * that two observations never open one finding twice (T07). The row, because applying a policy holds it already.
 *
 * The order of locks, for everybody: open promotions by id, then the keys of profiles by name, then this row, then findings. Use cases that decide on
 * promotions, deployments, rotations, fallback uses or keys therefore reconcile last.
 */
export async function lockSystem(tx: Tx, systemId: string): Promise<void> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`/* kept */ SELECT id FROM "System" WHERE id = ${systemId} FOR NO KEY UPDATE`
  if (!row) throw new Refused(unseenSystem(systemId))
}
