import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadExceptionForUpdate } from '@/lib/db/load-exceptions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotWithdrawException } from '@/lib/domain/exception-guards'
import { ensure } from '@/lib/domain/refusal'
import type { withdrawExceptionInput } from '@/lib/schemas/exception'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { endAsked } from './seal-exception'

/** Takes a filing back before it is decided, by its owner or whoever filed it. Everything of it stays readable. */
export async function withdrawException(ctx: Ctx, input: z.output<typeof withdrawExceptionInput>): Promise<{ id: string }> {
  ensure(whyNotSecret({ reason: input.reason }))
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const facts = await loadExceptionForUpdate(tx, input.exception, readableSystems(actor, now))
    ensure(whyNotWithdrawException(facts, actor, now))
    const reason = await keepText(tx, input.reason)
    await endAsked(work, facts.id, 'withdrawn')
    await tx.driftException.update({ where: { id: facts.id }, data: { status: 'withdrawn', endedAt: now } })
    return {
      result: { id: facts.id },
      events: [
        {
          action: 'exception.withdrawn',
          system: facts.system,
          subject: { kind: 'exception', id: facts.id },
          text: reason,
          before: { status: 'filed' },
          after: { status: 'withdrawn' },
        },
      ],
    }
  })
}
