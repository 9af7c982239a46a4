import 'server-only'
import type { z } from 'zod'
import { lockKeyFacts, mappingOrRefuse } from '@/lib/db/load-key-facts'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { whyNotRetireKey } from '@/lib/domain/key'
import { ensure } from '@/lib/domain/refusal'
import type { retireKeyInput } from '@/lib/schemas/key'
import { whyNotKeyName } from '@/lib/secret-filter/why-not-key-name'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/**
 * Records that an old key which was still accepted no longer works, with the place where that is shown (002.21 to 002.23). For keys that no open
 * rotation retires: a rotation retires its own at completion.
 */
export async function retireKey(
  ctx: Ctx,
  input: z.output<typeof retireKeyInput>,
): Promise<{ id: string; profile: string; mapping: string; keyId: string; retiredAt: Date }> {
  ensure(whyNotKeyName({ keyId: input.keyId }), whyNotSecret({ proof: input.proof }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const profile = profileOrRefuse(active.policy, input.profile)
    const mapping = mappingOrRefuse(active.policy, profile, input.mapping)
    const facts = await lockKeyFacts(tx, active.policy, profile, mapping)
    ensure(whyNotRetireKey(facts, input.keyId, actor, now))
    const id = facts.heldIds.get(input.keyId) as string // ensured by whyNotRetireKey
    await tx.keyVersion.update({ where: { id }, data: { endedAt: now, endedHow: 'retired', retirementProof: input.proof } })
    return {
      result: { id, profile: profile.id, mapping: mapping.id, keyId: input.keyId, retiredAt: now },
      events: [
        {
          action: 'key.retired',
          system: system.id,
          subject: { kind: 'key', id },
          policy: active.hash,
          after: { profile: profile.id, mapping: mapping.id, keyId: input.keyId, rotation: null },
        },
      ],
    }
  })
}
