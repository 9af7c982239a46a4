import 'server-only'
import type { z } from 'zod'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { openConfirmations } from '@/lib/domain/rotation'
import { whyNotConfirm } from '@/lib/domain/rotation-guards'
import type { confirmRotationInput } from '@/lib/schemas/rotation'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** Confirms, as another owner, what one of them performed and verified. Gives the owners that still have to. */
export async function confirmRotation(ctx: Ctx, input: z.output<typeof confirmRotationInput>): Promise<{ waiting: string[] }> {
  ensure(whyNotSecret({ note: input.note }))
  try {
    return await mutate(ctx, async ({ tx, now, actor }) => {
      const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
      ensure(whyNotConfirm(facts, input.owner, actor, now))
      await tx.rotationConfirmation.create({
        data: {
          rotationId: facts.id,
          ownerKey: input.owner,
          byId: actor.id,
          forId: actor.countsAsId,
          note: input.note ?? null,
          at: now,
        },
      })
      return {
        result: {
          waiting: openConfirmations(facts)
            .map(({ id }) => id)
            .filter((id) => id !== input.owner),
        },
        events: [
          {
            action: 'rotation.confirmed',
            system: facts.system.id,
            subject: { kind: 'rotation', id: facts.id },
            policy: facts.policy.hash,
            after: { owner: input.owner, profile: facts.profile.id },
          },
        ],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(refuse('conflict', 'Somebody confirmed it in the same moment. Nothing of yours was recorded; reload to see who.'))
  }
}
