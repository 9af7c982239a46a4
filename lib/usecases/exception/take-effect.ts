import 'server-only'
import type { Work } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type ExceptionFacts, waitingFor } from '@/lib/domain/exception-approval'
import { voidMovedOn } from '../promotion/void-moved'
import { NOTHING_ASKED } from './seal-exception'

/**
 * Lets an exception that is fully approved hold, or moves its end where an extension is: the end that was sealed, with a term of its own, so that the old
 * end stays readable. Until then the old end holds. The caller holds the lock and has ensured that it may be. Gives the end and the events that say so.
 */
export async function takeEffect(
  work: Work,
  facts: Pick<
    ExceptionFacts,
    'id' | 'system' | 'profile' | 'rule' | 'status' | 'tier' | 'endsAt' | 'asked' | 'extensions' | 'history' | 'policy'
  >,
  sealed: { id: string; number: number; hash: string },
  askedBy: string,
): Promise<{ until: Date; events: [AuditEvent, ...AuditEvent[]] }> {
  const { tx, now } = work
  const waiting = waitingFor(facts)
  if (!waiting) throw new Error(`Nothing of ${facts.id} waits to take effect`)
  const isExtension = facts.status === 'approved'
  await tx.driftException.update({
    where: { id: facts.id },
    data: isExtension
      ? { endsAt: waiting.until, tier: waiting.tier.id, extensions: facts.extensions + 1, ...NOTHING_ASKED }
      : { status: 'approved', approvedAt: now },
  })
  await tx.exceptionTerm.create({
    data: {
      exceptionId: facts.id,
      number: facts.history.length + 1,
      tier: waiting.tier.id,
      untilAt: waiting.until,
      // Nobody signs a tier without slots: filing, or asking, approved it.
      sealedVersionId: waiting.tier.slots.length > 0 ? sealed.id : null,
      askedById: askedBy,
      approvedAt: now,
    },
  })
  const event: AuditEvent = {
    action: isExtension ? 'exception.extended' : 'exception.took_effect',
    system: facts.system,
    subject: { kind: 'exception', id: facts.id, version: sealed.number },
    dossier: sealed.hash,
    policy: facts.policy.hash,
    before: isExtension ? { until: facts.endsAt.toISOString(), tier: facts.tier.id } : { status: 'filed' },
    after: { profile: facts.profile, rule: facts.rule, until: waiting.until.toISOString(), tier: waiting.tier.id },
  }
  // Promotions whose dossiers did not know of it are void from now on, and the record says so (domain.md, what always holds, 4).
  return { until: waiting.until, events: [event, ...(await voidMovedOn(work, facts))] }
}
