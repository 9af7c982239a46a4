import 'server-only'
import type { z } from 'zod'
import { loadFallbackForUpdate } from '@/lib/db/load-fallbacks'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotReview } from '@/lib/domain/fallback-guards'
import { ensure } from '@/lib/domain/refusal'
import type { reviewFallbackInput } from '@/lib/schemas/fallback'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** A second person's review of a use that is cleaned up, by nobody who asked, granted, extended or cleaned up (what always holds, 7). Once. */
export async function reviewFallback(ctx: Ctx, input: z.output<typeof reviewFallbackInput>): Promise<{ id: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadFallbackForUpdate(tx, input.fallback, readableSystems(actor, now))
    ensure(whyNotReview(facts, actor, now), whyNotSecret({ note: input.note }))
    await tx.fallbackUse.update({
      where: { id: facts.id },
      data: { reviewedById: actor.id, reviewedAt: now, reviewFinding: input.finding, reviewNote: input.note },
    })
    return {
      result: { id: facts.id },
      events: [
        {
          action: 'fallback.reviewed',
          system: facts.system.id,
          subject: { kind: 'fallback', id: facts.id },
          after: { profile: facts.rule.profile.id, finding: input.finding },
        },
      ],
    }
  })
}
