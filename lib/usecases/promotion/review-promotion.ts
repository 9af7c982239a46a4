import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadSlotIds } from '@/lib/db/load-policy'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { type ApprovalSlot, grantFor } from '@/lib/domain/approval'
import { type Ctx, type Grant, readableSystems } from '@/lib/domain/context'
import { openReviews, reviewFacts, whyNotReview } from '@/lib/domain/promotion-review'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { reviewPromotionInput } from '@/lib/schemas/promotion'

/**
 * Records what somebody in an ordinary slot says of an emergency promotion afterwards: it is owed by each of these slots, by people who neither opened
 * it nor signed it in the emergency (000.21, T02). The lock on the promotion makes two reviewers of one slot take turns (T07).
 */
export async function reviewPromotion(ctx: Ctx, input: z.output<typeof reviewPromotionInput>): Promise<{ id: string; open: number }> {
  try {
    return await mutate(ctx, async ({ tx, now, actor }) => {
      const facts = await loadPromotionForUpdate(tx, input.promotion, readableSystems(actor, now), now)
      ensure(whyNotReview(facts, input.slot, actor, now))
      const approval = reviewFacts(facts, now)
      const slot = approval.slots.find(({ key }) => key === input.slot) as ApprovalSlot // ensured by whyNotReview
      const grant = grantFor(slot, actor, approval, now) as Grant // ensured by whyNotReview
      const { versionId } = facts.policy
      const slotId = (await loadSlotIds(tx, { policyVersionId: versionId, subject: 'promotion', rule: facts.edge.id })).get(slot.key)
      if (slotId === undefined) throw new Error(`The rows of policy version ${versionId} lack the slot ${slot.key}`)
      const note = await keepText(tx, input.note)
      await tx.promotionReview.create({
        data: {
          promotionId: facts.id,
          slotId,
          slotKey: slot.key,
          role: grant.role,
          grantId: grant.id,
          finding: input.finding,
          note,
          byId: actor.id,
          at: now,
        },
      })
      return {
        result: { id: facts.id, open: openReviews(facts).length - 1 },
        events: [
          {
            action: 'promotion.reviewed',
            system: facts.system.id,
            subject: { kind: 'promotion', id: facts.id },
            policy: facts.policy.hash,
            dossier: facts.sealed?.hash,
            grant: grant.id,
            text: note,
            after: { slot: slot.key, capacity: slot.title, role: grant.role, finding: input.finding },
          },
        ],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse('conflict', 'Somebody reviewed it in this slot in the same moment. Nothing of yours was recorded; reload to see who.'),
    )
  }
}
