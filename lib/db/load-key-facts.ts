import 'server-only'
import type { KeyFacts } from '@/lib/domain/key'
import type { HeldKey } from '@/lib/domain/key-standing'
import { mappingsOn, ownershipOf } from '@/lib/domain/ownership'
import type { Policy, PolicyProfile, PolicySecretMapping } from '@/lib/domain/policy/schema'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Tx } from './client'
import { heldKeys, lockKeys } from './write-keys'

/** The mapping of a profile by its id. Refuses `not_found` for one that the policy does not have there. */
export function mappingOrRefuse(policy: Policy, profile: PolicyProfile, mappingId: string): PolicySecretMapping {
  const there = mappingsOn(policy, profile.id)
  const mapping = there.find(({ id }) => id === mappingId)
  if (mapping) return mapping
  const known = there.length === 0 ? 'It has none there.' : `Its secrets there are ${there.map(({ id }) => id).join(', ')}.`
  throw new Refused(
    refuse('not_found', `${policy.system.name} has no secret ${mappingId} on ${profile.id}. ${known}`, { place: 'mapping' }),
  )
}

/** The rotations of a profile that are open, with what they rotate. */
export function openRotations(tx: Tx, systemId: string, profileKey: string) {
  return tx.rotation.findMany({
    where: { systemId, profileKey, endedAt: null },
    select: { id: true, status: true, ownershipKey: true, mappingKeys: true },
  })
}

/** What recording about one mapping depends on, with the keys of the profile locked. Three statements. */
export async function lockKeyFacts(
  tx: Tx,
  policy: Policy,
  profile: PolicyProfile,
  mapping: PolicySecretMapping,
): Promise<KeyFacts & { heldIds: ReadonlyMap<string, string> }> {
  const system = policy.system.slug
  await lockKeys(tx, system, profile.id)
  const rows = await heldKeys(tx, system, profile.id, [mapping.id])
  const open = await openRotations(tx, system, profile.id)
  const rotation = open.find(({ mappingKeys }) => mappingKeys.includes(mapping.id))
  return {
    system: { id: system, name: policy.system.name },
    profile: profile.id,
    mapping: mapping.id,
    variable: mapping.variable,
    rule: ownershipOf(policy, profile.id, mapping.id),
    held: rows.map(
      ({ keyId, use, bornAt, activatedAt, rotationId, fingerprint, fingerprintKeyId }): HeldKey => ({
        keyId,
        use,
        bornAt,
        activatedAt,
        fingerprint: fingerprint !== null && fingerprintKeyId !== null ? { value: fingerprint, keyId: fingerprintKeyId } : null,
        rotation: rotationId,
      }),
    ),
    rotation: rotation ? { id: rotation.id, status: rotation.status } : null,
    heldIds: new Map(rows.map(({ keyId, id }) => [keyId, id])),
  }
}
