import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { ensureLogKeepsUp } from '@/lib/db/ensure-log'
import { loadExceptionForUpdate } from '@/lib/db/load-exceptions'
import { loadPeople } from '@/lib/db/load-people'
import { mutate } from '@/lib/db/mutate'
import { whyNotFillable } from '@/lib/domain/approval'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { type ExceptionFacts, exceptionApproval } from '@/lib/domain/exception-approval'
import { extensionTier, whyNotExtendException } from '@/lib/domain/exception-guards'
import type { PolicyTier } from '@/lib/domain/policy/schema'
import { ensure } from '@/lib/domain/refusal'
import { isProductionLikeProfile } from '@/lib/domain/rule-ref'
import type { extendExceptionInput } from '@/lib/schemas/exception'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { sealException } from './seal-exception'
import { takeEffect } from './take-effect'

/** What asking for more time came to. `isApproved`: a tier without slots, so that the new end holds at once. */
export type ExtendedException = { id: string; number: number; sealedHash: string; tier: string; isApproved: boolean }

/**
 * Asks for more time: the next sealed version, of the tier that the whole time from the start takes, so that no chain of extensions slips under one. It is
 * a new approval and is counted; until it stands the old end holds. An overdue exception may be extended too: it holds again from the approval.
 */
export async function extendException(ctx: Ctx, input: z.output<typeof extendExceptionInput>): Promise<ExtendedException> {
  ensure(whyNotSecret({ reason: input.reason }))
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const facts = await loadExceptionForUpdate(tx, input.exception, readableSystems(actor, now))
    ensure(whyNotExtendException(facts, actor, input.until, now))
    const tier = extensionTier(facts, input.until) as PolicyTier // ensured by whyNotExtendException
    if (tier.slots.length === 0) await ensureLogKeepsUp(ctx, tx, isProductionLikeProfile(facts.policy.policy, facts.profile))
    const reason = await keepText(tx, input.reason)
    await tx.driftException.update({
      where: { id: facts.id },
      data: { askedUntil: input.until, askedTier: tier.id, extensionReason: reason },
    })
    const sealed = await sealException(
      work,
      {
        ...facts,
        conditions: facts.conditions.map(({ digest }) => digest),
        owner: facts.owner.id,
        filedBy: facts.filedBy.id,
        until: input.until,
        tier,
        extends: facts.endsAt,
        extensionReason: reason,
      },
      facts.nextNumber,
    )
    const asked: ExceptionFacts = {
      ...facts,
      asked: { until: input.until, tier, reason: input.reason },
      sealed: null,
      signOffs: [],
    }
    const events: [AuditEvent, ...AuditEvent[]] = [
      {
        action: 'exception.extension_asked',
        system: facts.system,
        subject: { kind: 'exception', id: facts.id, version: sealed.number },
        dossier: sealed.hash,
        policy: facts.policy.hash,
        text: reason,
        before: { until: facts.endsAt.toISOString(), tier: facts.tier.id },
        after: {
          until: input.until.toISOString(),
          tier: tier.id,
          slots: tier.slots.map(({ id }) => id),
          requester: actor.countsAsId,
        },
      },
    ]
    if (tier.slots.length === 0) events.push(...(await takeEffect(work, asked, sealed, actor.id)).events)
    else {
      const approval = exceptionApproval(asked, now)
      const ownActs = new Map([...approval.ownActs, [actor.countsAsId, `asked to extend ${facts.id}`] as const])
      ensure(whyNotFillable({ ...approval, ownActs }, await loadPeople(tx, [facts.system], now), now))
    }
    return {
      result: { id: facts.id, number: sealed.number, sealedHash: sealed.hash, tier: tier.id, isApproved: tier.slots.length === 0 },
      events,
    }
  })
}
