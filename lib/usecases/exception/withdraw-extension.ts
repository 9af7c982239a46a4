import 'server-only'
import type { z } from 'zod'
import { loadExceptionForUpdate } from '@/lib/db/load-exceptions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotWithdrawExtension } from '@/lib/domain/exception-guards'
import { ensure } from '@/lib/domain/refusal'
import type { withdrawExtensionInput } from '@/lib/schemas/exception'
import { endAsked, NOTHING_ASKED } from './seal-exception'

/** Takes back an extension that waits for its approval. The exception runs to the end that holds. */
export async function withdrawExtension(ctx: Ctx, input: z.output<typeof withdrawExtensionInput>): Promise<{ id: string }> {
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const facts = await loadExceptionForUpdate(tx, input.exception, readableSystems(actor, now))
    ensure(whyNotWithdrawExtension(facts, actor, now))
    await endAsked(work, facts.id, 'withdrawn')
    await tx.driftException.update({ where: { id: facts.id }, data: NOTHING_ASKED })
    return {
      result: { id: facts.id },
      events: [
        {
          action: 'exception.extension_withdrawn',
          system: facts.system,
          subject: { kind: 'exception', id: facts.id },
          before: { until: facts.asked?.until.toISOString() ?? null },
          after: { until: facts.endsAt.toISOString() },
        },
      ],
    }
  })
}
