import 'server-only'
import type { z } from 'zod'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { isDuplicate, mutate, type Work } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { RotationFacts } from '@/lib/domain/rotation'
import { rotationApproval, rotationStatement, whyNotApprove } from '@/lib/domain/rotation-approval'
import { isProductionLikeProfile } from '@/lib/domain/rule-ref'
import { windowInWords } from '@/lib/domain/words'
import type { approveRotationInput } from '@/lib/schemas/rotation'
import { recordSignOff, type WrittenSignOff } from '../approval/record-sign-off'

/**
 * Approves the plan that was read, in a chosen slot (000.19 to 000.21). The lock on the rotation makes two approvers, a change of the plan and a
 * cancelling take turns (T07); the step-up proof is used up in the same transaction (T01). Gives the signature's id, which has a receipt.
 */
export async function approveRotation(
  ctx: Ctx,
  input: z.output<typeof approveRotationInput>,
): Promise<{ id: string; signed: number; of: number }> {
  try {
    return await mutate(ctx, async (w) => {
      const { tx, now, actor } = w
      const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
      ensure(whyNotApprove(facts, input.slot, actor, input.sealedHash, now))
      const signOff = await writeRotationSignOff(ctx, w, facts, {
        slotKey: input.slot,
        decision: 'approve',
        proof: input.proof,
        reason: null,
      })
      return {
        result: { id: signOff.id, signed: facts.signOffs.length + 1, of: facts.ownership.approval.slots.length },
        events: [signOff.event],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse('conflict', 'Somebody decided on this slot in the same moment. Nothing of yours was recorded; reload to see who.'),
    )
  }
}

/** Writes a decision on a plan by the one engine, in the rotation's words. The caller has ensured that it may be. */
export function writeRotationSignOff(
  ctx: Ctx,
  w: Work,
  facts: RotationFacts,
  what: { slotKey: string; decision: 'approve' | 'decline'; proof: string; reason: { kind: string; text: string } | null },
): Promise<WrittenSignOff> {
  const sealed = facts.sealed as NonNullable<RotationFacts['sealed']> // ensured by the guards of a decision
  const approval = rotationApproval(facts, w.now)
  const capacity = approval.slots.find(({ key }) => key === what.slotKey)?.title ?? what.slotKey
  return recordSignOff(ctx, w, {
    subject: { kind: 'rotation', id: facts.id },
    slots: { policyVersionId: facts.policy.versionId, subject: 'rotation', rule: facts.ownership.id },
    approval,
    productionLike: isProductionLikeProfile(facts.policy.policy, facts.profile.id),
    sealed: { id: sealed.id, number: sealed.number, hash: sealed.hash, requesterId: facts.openedBy.countsAsId },
    policyHash: facts.policy.hash,
    statement: rotationStatement(facts, { name: w.actor.name, capacity, decision: what.decision }, windowInWords),
    more: { commits: 0, brought: 0, sealed: sealed.sealedBy?.countsAsId === w.actor.id },
    ...what,
  })
}
