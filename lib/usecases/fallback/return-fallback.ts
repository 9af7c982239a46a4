import 'server-only'
import type { z } from 'zod'
import { loadFallbackForUpdate } from '@/lib/db/load-fallbacks'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { isExtensionAsked } from '@/lib/domain/fallback'
import { whyNotReturn } from '@/lib/domain/fallback-guards'
import { ensure } from '@/lib/domain/refusal'
import type { returnFallbackInput } from '@/lib/schemas/fallback'
import { reconcileSystem } from '../finding/reconcile-findings'
import { endRequest } from './seal-request'

/** Ends an open use before its time. What it owes begins with that; an extension that was asked for is withdrawn with it. */
export async function returnFallback(ctx: Ctx, input: z.output<typeof returnFallbackInput>): Promise<{ id: string }> {
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const facts = await loadFallbackForUpdate(tx, input.fallback, readableSystems(actor, now))
    ensure(whyNotReturn(facts, actor, now))
    if (isExtensionAsked(facts, now)) await endRequest(work, facts.id, 'withdrawn')
    await tx.fallbackUse.update({ where: { id: facts.id }, data: { returnedById: actor.id, returnedAt: now } })
    return {
      result: { id: facts.id },
      events: [
        {
          action: 'fallback.returned',
          system: facts.system.id,
          subject: { kind: 'fallback', id: facts.id },
          before: { expiresAt: facts.expiresAt?.toISOString() ?? null },
          after: { profile: facts.rule.profile.id },
        },
        ...(await reconcileSystem(work, facts.system.id)),
      ],
    }
  })
}
