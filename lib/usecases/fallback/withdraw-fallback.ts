import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadFallbackForUpdate } from '@/lib/db/load-fallbacks'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotWithdrawFallback } from '@/lib/domain/fallback-guards'
import { ensure } from '@/lib/domain/refusal'
import type { withdrawFallbackInput } from '@/lib/schemas/fallback'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { endRequest } from './seal-request'

/** Takes a request back before it is decided, by whoever asked. Everything of it stays readable. */
export async function withdrawFallback(ctx: Ctx, input: z.output<typeof withdrawFallbackInput>): Promise<{ id: string }> {
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const facts = await loadFallbackForUpdate(tx, input.fallback, readableSystems(actor, now))
    ensure(whyNotWithdrawFallback(facts, actor, now), whyNotSecret({ reason: input.reason }))
    const reason = await keepText(tx, input.reason)
    await endRequest(work, facts.id, 'withdrawn')
    await tx.fallbackUse.update({ where: { id: facts.id }, data: { status: 'withdrawn' } })
    return {
      result: { id: facts.id },
      events: [
        {
          action: 'fallback.withdrawn',
          system: facts.system.id,
          subject: { kind: 'fallback', id: facts.id },
          text: reason,
          before: { status: 'requested' },
          after: { status: 'withdrawn' },
        },
      ],
    }
  })
}
