import 'server-only'
import type { z } from 'zod'
import { loadExceptionForUpdate } from '@/lib/db/load-exceptions'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { isFullyApproved } from '@/lib/domain/approval'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { type ExceptionFacts, exceptionSlots, waitingFor } from '@/lib/domain/exception-approval'
import { whyNotApproveException, whyTooManyConditions } from '@/lib/domain/exception-guards'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { approveExceptionInput } from '@/lib/schemas/exception'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { writeDecision } from './decide'
import { keepConditions } from './keep-conditions'
import { takeEffect } from './take-effect'

/** What an approval came to. `id` is the signature's; `until` is set once the last needed slot is filled: it holds until then. */
export type ApprovedException = { id: string; signed: number; of: number; until: Date | null }

/**
 * Approves what was sealed, in a slot of its tier, by somebody who neither filed nor owns it, possibly under conditions. The last needed slot lets it hold,
 * or moves its end. Whoever races another approver, the withdrawal or the closing is told that it came first (T07).
 */
export async function approveException(ctx: Ctx, input: z.output<typeof approveExceptionInput>): Promise<ApprovedException> {
  const conditions = input.conditions ?? []
  ensure(whyNotSecret({ conditions }))
  try {
    return await mutate(ctx, async (work) => {
      const { tx, now, actor } = work
      const facts = await loadExceptionForUpdate(tx, input.exception, readableSystems(actor, now))
      ensure(
        whyNotApproveException(facts, input.slot, actor, input.sealedHash, now),
        conditions.length > 0 ? whyTooManyConditions(facts, conditions.length) : null,
      )
      const decision = { slotKey: input.slot, decision: 'approve' as const, proof: input.proof, reason: null, conditions }
      const signOff = await writeDecision(ctx, work, facts, decision)
      const made = await keepConditions(work, facts, conditions)
      const slots = exceptionSlots(waitingFor(facts)?.tier ?? facts.tier)
      const standing = [...facts.signOffs, signOff]
      const sealed = facts.sealed as NonNullable<ExceptionFacts['sealed']> // ensured above
      const held = isFullyApproved(slots, standing) ? await takeEffect(work, facts, sealed, sealed.text.askedBy) : null
      return {
        result: { id: signOff.id, signed: standing.length, of: slots.length, until: held?.until ?? null },
        events: [signOff.event, ...made, ...(held?.events ?? [])],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse('conflict', 'Somebody approved in this slot in the same moment. Nothing of yours was recorded; reload to see who.'),
    )
  }
}
