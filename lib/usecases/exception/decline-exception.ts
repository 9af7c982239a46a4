import 'server-only'
import type { z } from 'zod'
import { loadExceptionForUpdate } from '@/lib/db/load-exceptions'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotDeclineException } from '@/lib/domain/exception-guards'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { declineExceptionInput } from '@/lib/schemas/exception'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { writeDecision } from './decide'
import { endAsked, NOTHING_ASKED } from './seal-exception'

/** Declines what was sealed, in a slot of its tier, with a reason. A filing ends with it; an exception whose extension is declined runs to its end. */
export async function declineException(ctx: Ctx, input: z.output<typeof declineExceptionInput>): Promise<{ id: string }> {
  ensure(whyNotSecret({ reason: input.reason }))
  try {
    return await mutate(ctx, async (work) => {
      const { tx, now, actor } = work
      const facts = await loadExceptionForUpdate(tx, input.exception, readableSystems(actor, now))
      ensure(whyNotDeclineException(facts, input.slot, actor, input.sealedHash, now))
      const signOff = await writeDecision(ctx, work, facts, {
        slotKey: input.slot,
        decision: 'decline',
        proof: input.proof,
        reason: { kind: input.reasonKind, text: input.reason },
        conditions: [],
      })
      await tx.driftException.update({
        where: { id: facts.id },
        data: facts.status === 'filed' ? { status: 'rejected', endedAt: now } : NOTHING_ASKED,
      })
      await endAsked(work, facts.id, 'declined')
      return { result: { id: signOff.id }, events: [signOff.event] }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse('conflict', 'Somebody decided on this slot in the same moment. Nothing of yours was recorded; reload to see who.'),
    )
  }
}
