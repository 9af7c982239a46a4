import 'server-only'
import { db } from '@/lib/db/client'
import { chosenVariant } from '@/lib/db/load-choices'
import { findActivePolicy } from '@/lib/db/load-policy'
import { readableSystems } from '@/lib/domain/context'
import { type ExportForm, exportContract } from '@/lib/domain/contract/export'
import { resolveProfile } from '@/lib/domain/policy/resolve'
import type { Looker } from './system-standing'

/** The contract of a profile as a text, by the set in force there; null for a system or profile that does not exist or may not be seen (T23). */
export async function getContractFile({ actor, now }: Looker, slug: string, profile: string, form: ExportForm): Promise<string | null> {
  const readable = readableSystems(actor, now)
  if (readable !== null && !readable.includes(slug)) return null
  const active = await findActivePolicy(db, slug)
  const found = active && resolveProfile(active.policy, profile).profile
  if (!found) return null
  const chosen = await chosenVariant(db, slug, found.id)
  return exportContract(active.policy, found.id, chosen?.variant ?? null, form)
}
