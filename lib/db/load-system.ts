import 'server-only'
import { type Actor, readableSystems } from '@/lib/domain/context'
import { resolveProfile } from '@/lib/domain/policy/resolve'
import type { Policy, PolicyProfile } from '@/lib/domain/policy/schema'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { Tx } from './client'
import { findActivePolicy, type LoadedPolicy, unseenSystem } from './load-policy'

/** A governed system that the actor may see, with its active policy. Refuses `not_found` alike for unseen and unknown ones (T23). */
export async function loadSystem(
  tx: Tx,
  actor: Actor,
  systemId: string,
  now: Date,
): Promise<{ id: string; name: string; active: LoadedPolicy }> {
  ensureReadable(actor, systemId, now)
  const active = await findActivePolicy(tx, systemId)
  if (!active) throw new Refused(unseenSystem(systemId))
  return { id: systemId, name: active.policy.system.name, active }
}

/** Refuses `not_found` for a system the actor may not see, before anything is read (T23). */
export function ensureReadable(actor: Actor, systemId: string, now: Date): void {
  const readable = readableSystems(actor, now)
  ensure(readable === null || readable.includes(systemId) ? null : unseenSystem(systemId))
}

/** The profile a name or alias means. Records never go to a name nobody declared: for verdicts it counts as production, here it is refused. */
export function profileOrRefuse(policy: Policy, nameOrAlias: string): PolicyProfile {
  const { profile } = resolveProfile(policy, nameOrAlias)
  if (profile) return profile
  const known = policy.profiles.map(({ id }) => id).join(', ')
  throw new Refused(
    refuse('not_found', `${policy.system.name} has no profile ${nameOrAlias}. Its profiles are ${known}.`, { place: 'profile' }),
  )
}
