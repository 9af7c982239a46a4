import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotWithdraw } from '@/lib/domain/promotion'
import { ensure } from '@/lib/domain/refusal'
import type { withdrawPromotionInput } from '@/lib/schemas/promotion'
import { endSealed } from './void-moved'

/** Withdraws an open promotion, with a reason. Everything of it stays readable. By who opened it or a Release Manager. */
export async function withdrawPromotion(ctx: Ctx, input: z.output<typeof withdrawPromotionInput>): Promise<{ id: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadPromotionForUpdate(tx, input.promotion, readableSystems(actor, now), now)
    ensure(whyNotWithdraw(facts, actor, now))
    const reason = await keepText(tx, input.reason)
    const ended = await endSealed(tx, now, facts, 'withdrawn', [])
    await tx.promotion.update({ where: { id: facts.id }, data: { status: 'withdrawn', endedAt: now, endReason: reason } })
    return {
      result: { id: facts.id },
      events: [
        {
          action: 'promotion.withdrawn',
          system: facts.system.id,
          subject: { kind: 'promotion', id: facts.id },
          text: reason,
          before: { status: 'open' },
          after: { status: 'withdrawn' },
        },
        ...ended,
      ],
    }
  })
}
