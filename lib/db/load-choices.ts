import 'server-only'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Tx } from './client'

/** The contract variant that is chosen for a profile; null: the default holds. The caller holds the system's row. */
export function chosenVariant(tx: Tx, systemId: string, profileKey: string): Promise<{ id: string; variant: string } | null> {
  return tx.variantChoice.findFirst({ where: { systemId, profileKey, endedAt: null }, select: { id: true, variant: true } })
}

/** The flag for a name that was not ended; it may have expired. The caller holds the system's row. */
export function openFlag(tx: Tx, systemId: string, name: string): Promise<{ id: string; expiresAt: Date } | null> {
  return tx.environmentFlag.findFirst({ where: { systemId, name, endedAt: null }, select: { id: true, expiresAt: true } })
}

/** Of which system a flag is. Refuses `not_found` alike for unknown flags and unseen systems (T23). `systems`: the readable ones, null for all. */
export async function systemOfFlag(tx: Tx, id: string, systems: readonly string[] | null): Promise<string> {
  const row = await tx.environmentFlag.findFirst({
    where: { id, ...(systems === null ? {} : { systemId: { in: [...systems] } }) },
    select: { systemId: true },
  })
  if (!row) throw new Refused(refuse('not_found', 'There is no such flag that you can see.', { place: 'flag' }))
  return row.systemId
}
