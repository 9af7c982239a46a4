import 'server-only'
import type { Work } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { type FallbackFacts, fallbackApproval, fallbackStatement } from '@/lib/domain/fallback'
import { isProductionLike } from '@/lib/domain/policy/resolve'
import { recordSignOff, type WrittenSignOff } from '../approval/record-sign-off'

/** Writes a decision on a request or an extension through the one engine. The caller holds the lock and has ensured that it may be. */
export function writeDecision(
  ctx: Ctx,
  work: Work,
  facts: FallbackFacts,
  what: { slotKey: string; decision: 'approve' | 'decline'; proof: string; reason: { kind: string; text: string } | null },
): Promise<WrittenSignOff> {
  const sealed = facts.sealed as NonNullable<FallbackFacts['sealed']> // ensured by whyNotDecideFallback
  const capacity = facts.rule.fallback.slots.find(({ id }) => id === what.slotKey)?.title ?? what.slotKey
  return recordSignOff(ctx, work, {
    subject: { kind: 'fallback', id: facts.id },
    slots: { policyVersionId: facts.policy.versionId, subject: 'fallback', rule: facts.rule.id },
    approval: fallbackApproval(facts, work.now),
    productionLike: isProductionLike(facts.rule.profile.class),
    sealed: { id: sealed.id, number: sealed.number, hash: sealed.hash, requesterId: sealed.requester.id },
    policyHash: facts.policy.hash,
    statement: fallbackStatement(facts, { name: work.actor.name, capacity, decision: what.decision }),
    more: { commits: 0, brought: 0, sealed: false },
    ...what,
  })
}
