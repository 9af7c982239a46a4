import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadExceptionForUpdate } from '@/lib/db/load-exceptions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotClose, whyNotCloser } from '@/lib/domain/exception-guards'
import { ensure, refuse } from '@/lib/domain/refusal'
import type { closeExceptionInput } from '@/lib/schemas/exception'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { voidMovedOn } from '../promotion/void-moved'
import { lookAtObservation } from './look-at-observation'
import { endAsked, NOTHING_ASKED } from './seal-exception'

/**
 * Closes an exception with what shows that the deviation is gone: a link, or an observation made after the filing in which the rule is met (000.32). An
 * extension that waits is withdrawn with it. Running and overdue ones alike.
 */
export async function closeException(ctx: Ctx, input: z.output<typeof closeExceptionInput>): Promise<{ id: string; closedAt: Date }> {
  ensure(whyNotSecret({ note: input.note, link: input.link }))
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const facts = await loadExceptionForUpdate(tx, input.exception, readableSystems(actor, now))
    ensure(whyNotCloser(facts, actor, now))
    const { observation, isMet } = input.observation
      ? await lookAtObservation(tx, facts, input.observation, now)
      : { observation: null, isMet: false }
    ensure(
      input.observation && !observation
        ? refuse('not_found', `There is no such observation of ${facts.systemName} ${facts.profileName}.`, { place: 'observation' })
        : null,
      whyNotClose(facts, actor, { link: input.link ?? null, observation, isMet }, now),
    )
    const note = await keepText(tx, input.note)
    if (facts.asked) await endAsked(work, facts.id, 'withdrawn')
    // Closing voids nothing; that its end passed before may have, and this is the write that records it. Signatures on what it covers take turns with it.
    const voided = await voidMovedOn(work, facts)
    await tx.driftException.update({
      where: { id: facts.id },
      data: {
        ...NOTHING_ASKED,
        status: 'closed',
        endedAt: now,
        closedById: actor.id,
        closedForId: actor.countsAsId,
        closingNote: note,
        closingLink: input.link ?? null,
        closingObservationId: observation?.id ?? null,
      },
    })
    return {
      result: { id: facts.id, closedAt: now },
      events: [
        {
          action: 'exception.closed',
          system: facts.system,
          subject: { kind: 'exception', id: facts.id },
          policy: facts.policy.hash,
          text: note,
          before: { status: 'approved', until: facts.endsAt.toISOString() },
          after: {
            status: 'closed',
            profile: facts.profile,
            rule: facts.rule,
            linked: input.link !== undefined,
            observation: observation?.id ?? null,
          },
        },
        ...voided,
      ],
    }
  })
}
