import 'server-only'
import type { z } from 'zod'
import { loadFallbackForUpdate } from '@/lib/db/load-fallbacks'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotCleanUp } from '@/lib/domain/fallback-guards'
import { ensure } from '@/lib/domain/refusal'
import type { cleanUpFallbackInput } from '@/lib/schemas/fallback'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/**
 * Records the clean-up after a use that ended, with the evidence that the rule wants (000.19, 000.21), and whether anything was exposed: then the
 * secrets it was about owe a rotation. Said once; what comes after it is the review.
 */
export async function cleanUpFallback(ctx: Ctx, input: z.output<typeof cleanUpFallbackInput>): Promise<{ id: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadFallbackForUpdate(tx, input.fallback, readableSystems(actor, now))
    const note = input.note ?? null
    const link = input.link ?? null
    ensure(whyNotCleanUp(facts, actor, { note, link }, now), whyNotSecret({ note, link }))
    const exposed = input.exposed === 'yes'
    await tx.fallbackUse.update({
      where: { id: facts.id },
      data: { cleanedUpById: actor.id, cleanedUpForId: actor.countsAsId, cleanedUpAt: now, cleanUpNote: note, cleanUpLink: link, exposed },
    })
    return {
      result: { id: facts.id },
      events: [
        {
          action: 'fallback.cleaned_up',
          system: facts.system.id,
          subject: { kind: 'fallback', id: facts.id },
          after: { profile: facts.rule.profile.id, exposed, linked: link !== null },
        },
      ],
    }
  })
}
