import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'
import { whyNotCancel } from '@/lib/domain/rotation-guards'
import type { cancelRotationInput } from '@/lib/schemas/rotation'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** Cancels a rotation that has not started. Its plan and signatures end with it and stay readable. */
export async function cancelRotation(ctx: Ctx, input: z.output<typeof cancelRotationInput>): Promise<{ status: 'cancelled' }> {
  ensure(whyNotSecret({ reason: input.reason }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
    ensure(whyNotCancel(facts, actor, now))
    const reason = await keepText(tx, input.reason)
    if (facts.sealed)
      await tx.sealedVersion.update({ where: { id: facts.sealed.id }, data: { endedAt: now, endedBy: 'withdrawn', moved: [] } })
    await tx.rotation.update({ where: { id: facts.id }, data: { status: 'cancelled', endedAt: now, endReason: reason } })
    return {
      result: { status: 'cancelled' },
      events: [
        {
          action: 'rotation.cancelled',
          system: facts.system.id,
          subject: { kind: 'rotation', id: facts.id },
          policy: facts.policy.hash,
          text: reason,
          after: { profile: facts.profile.id },
        },
      ],
    }
  })
}
