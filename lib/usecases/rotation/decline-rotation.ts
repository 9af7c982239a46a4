import 'server-only'
import type { z } from 'zod'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { whyNotDeclineRotation } from '@/lib/domain/rotation-approval'
import type { declineRotationInput } from '@/lib/schemas/rotation'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { writeRotationSignOff } from './approve-rotation'

/** Declines the plan in a slot, with a reason. It ends that version; the rotation stays, to be planned again or cancelled. */
export async function declineRotation(ctx: Ctx, input: z.output<typeof declineRotationInput>): Promise<{ id: string }> {
  ensure(whyNotSecret({ reason: input.reason }))
  try {
    return await mutate(ctx, async (w) => {
      const { tx, now, actor } = w
      const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
      ensure(whyNotDeclineRotation(facts, input.slot, actor, input.sealedHash, now))
      const signOff = await writeRotationSignOff(ctx, w, facts, {
        slotKey: input.slot,
        decision: 'decline',
        proof: input.proof,
        reason: { kind: input.reasonKind, text: input.reason },
      })
      await tx.sealedVersion.update({ where: { id: facts.sealed?.id ?? '' }, data: { endedAt: now, endedBy: 'declined', moved: [] } })
      return { result: { id: signOff.id }, events: [signOff.event] }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse('conflict', 'Somebody decided on this slot in the same moment. Nothing of yours was recorded; reload to see who.'),
    )
  }
}
