import 'server-only'
import type { z } from 'zod'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'
import { openStep } from '@/lib/domain/rotation'
import { whyNotStart } from '@/lib/domain/rotation-guards'
import type { startRotationInput } from '@/lib/schemas/rotation'

/** Starts an approved rotation in an owner slot, inside its window and with every pre-check settled. Whoever starts it performs it. */
export async function startRotation(
  ctx: Ctx,
  input: z.output<typeof startRotationInput>,
): Promise<{ status: 'in_progress'; next: string | null }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
    ensure(whyNotStart(facts, input.owner, actor, now))
    await tx.rotation.update({
      where: { id: facts.id },
      data: {
        status: 'in_progress',
        startedAt: now,
        performerId: actor.id,
        performerForId: actor.countsAsId,
        performerSlot: input.owner,
      },
    })
    return {
      result: { status: 'in_progress', next: openStep({ ...facts, status: 'in_progress' })?.id ?? null },
      events: [
        {
          action: 'rotation.started',
          system: facts.system.id,
          subject: { kind: 'rotation', id: facts.id, version: facts.sealed?.number },
          dossier: facts.sealed?.hash,
          policy: facts.policy.hash,
          after: { owner: input.owner, profile: facts.profile.id },
        },
      ],
    }
  })
}
