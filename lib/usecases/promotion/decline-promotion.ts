import 'server-only'
import type { z } from 'zod'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotDecline } from '@/lib/domain/promotion'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { declinePromotionInput } from '@/lib/schemas/promotion'
import { writeSignOff } from './sign-promotion'
import { endSealed } from './void-moved'

/**
 * Declines the sealed version in a slot, with a reason. It ends that version and returns the dossier to the Release Manager; the promotion
 * stays open (domain.md, life cycles).
 */
export async function declinePromotion(ctx: Ctx, input: z.output<typeof declinePromotionInput>): Promise<{ id: string }> {
  try {
    return await mutate(ctx, async (w) => {
      const { tx, now, actor } = w
      const facts = await loadPromotionForUpdate(tx, input.promotion, readableSystems(actor, now), now)
      ensure(whyNotDecline(facts, input.slot, actor, input.sealedHash, now))
      const signOff = await writeSignOff(ctx, w, facts, {
        slotKey: input.slot,
        decision: 'decline',
        proof: input.proof,
        reason: { kind: input.reasonKind, text: input.reason },
      })
      const ended = await endSealed(tx, now, facts, 'declined', [])
      return { result: { id: signOff.id }, events: [signOff.event, ...ended] }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse('conflict', 'Somebody decided on this slot in the same moment. Nothing of yours was recorded; reload to see who.'),
    )
  }
}
