import 'server-only'
import type { z } from 'zod'
import { loadFallbackForUpdate } from '@/lib/db/load-fallbacks'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotRefuse } from '@/lib/domain/fallback-guards'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { refuseFallbackInput } from '@/lib/schemas/fallback'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { writeDecision } from './decide'
import { endRequest } from './seal-request'

/** Refuses what was sealed, in a slot of the rule, with a reason. A request ends with it; an open use whose extension is refused runs to its end. */
export async function refuseFallback(ctx: Ctx, input: z.output<typeof refuseFallbackInput>): Promise<{ id: string }> {
  try {
    return await mutate(ctx, async (work) => {
      const { tx, now, actor } = work
      const facts = await loadFallbackForUpdate(tx, input.fallback, readableSystems(actor, now))
      ensure(whyNotRefuse(facts, input.slot, actor, input.sealedHash, now), whyNotSecret({ reason: input.reason }))
      const signOff = await writeDecision(ctx, work, facts, {
        slotKey: input.slot,
        decision: 'decline',
        proof: input.proof,
        reason: { kind: 'other', text: input.reason },
      })
      if (facts.status === 'requested') await tx.fallbackUse.update({ where: { id: facts.id }, data: { status: 'refused' } })
      await endRequest(work, facts.id, 'declined')
      return { result: { id: signOff.id }, events: [signOff.event] }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse('conflict', 'Somebody decided on this slot in the same moment. Nothing of yours was recorded; reload to see who.'),
    )
  }
}
