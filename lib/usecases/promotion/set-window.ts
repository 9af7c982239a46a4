import 'server-only'
import type { z } from 'zod'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, holdsAny, readableSystems } from '@/lib/domain/context'
import { whyNotOpenState } from '@/lib/domain/promotion'
import { ensure, refuse } from '@/lib/domain/refusal'
import type { setWindowInput } from '@/lib/schemas/promotion'
import { voidIfMoved } from './void-moved'

/** Sets or removes the window of an open promotion. The window is material: a sealed version is voided by it. A Release Manager's act. */
export async function setWindow(ctx: Ctx, input: z.output<typeof setWindowInput>): Promise<{ voided: boolean }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadPromotionForUpdate(tx, input.promotion, readableSystems(actor, now), now)
    ensure(
      actor.kind === 'person' && holdsAny(actor, ['release_manager'], facts.system.id, now)
        ? null
        : refuse('not_allowed', `Only a Release Manager of ${facts.system.name} sets the window.`),
      whyNotOpenState(facts),
      input.endsAt && input.endsAt <= now
        ? refuse('invalid', 'That window has passed. Choose one that ends later, or none.', { place: 'endsAt' })
        : null,
    )
    const startsAt = input.startsAt || null
    const endsAt = input.endsAt || null
    await tx.promotion.update({ where: { id: facts.id }, data: { windowStartsAt: startsAt, windowEndsAt: endsAt } })
    const voided = await voidIfMoved({ tx, now }, facts.id)
    return {
      result: { voided: voided.length > 0 },
      events: [
        {
          action: 'promotion.window_set',
          system: facts.system.id,
          subject: { kind: 'promotion', id: facts.id },
          before: { startsAt: facts.window?.startsAt.toISOString() ?? null, endsAt: facts.window?.endsAt.toISOString() ?? null },
          after: { startsAt: startsAt?.toISOString() ?? null, endsAt: endsAt?.toISOString() ?? null },
        },
        ...voided,
      ],
    }
  })
}
