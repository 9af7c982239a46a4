import 'server-only'
import type { Work } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { type ExceptionFacts, exceptionApproval, exceptionStatement, waitingFor } from '@/lib/domain/exception-approval'
import type { PolicyTier } from '@/lib/domain/policy/schema'
import { isProductionLikeProfile } from '@/lib/domain/rule-ref'
import { recordSignOff, type WrittenSignOff } from '../approval/record-sign-off'

/** Writes a decision on a filing or an extension through the one engine. The caller holds the lock and has ensured that it may be. */
export function writeDecision(
  ctx: Ctx,
  work: Work,
  facts: ExceptionFacts,
  what: {
    slotKey: string
    decision: 'approve' | 'decline'
    proof: string
    reason: { kind: string; text: string } | null
    conditions: readonly string[]
  },
): Promise<WrittenSignOff> {
  const sealed = facts.sealed as NonNullable<ExceptionFacts['sealed']> // ensured by whyNotDecideException
  const tier: PolicyTier = waitingFor(facts)?.tier ?? facts.tier
  const capacity = tier.slots.find(({ id }) => id === what.slotKey)?.title ?? what.slotKey
  const { conditions, ...decision } = what
  return recordSignOff(ctx, work, {
    subject: { kind: 'exception', id: facts.id },
    slots: { policyVersionId: facts.policy.versionId, subject: 'exception', rule: tier.id },
    approval: exceptionApproval(facts, work.now),
    productionLike: isProductionLikeProfile(facts.policy.policy, facts.profile),
    sealed: { id: sealed.id, number: sealed.number, hash: sealed.hash, requesterId: sealed.requester.id },
    policyHash: facts.policy.hash,
    statement: exceptionStatement(facts, { name: work.actor.name, capacity, decision: what.decision, conditions }),
    more: { commits: 0, brought: 0, sealed: false },
    ...decision,
  })
}
