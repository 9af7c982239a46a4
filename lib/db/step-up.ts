import 'server-only'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Tx } from './client'

/** What a step-up proof is bound to: somebody's decision, in a slot, on one sealed text, in one session (T01). */
export type StepUpBinding = {
  principalId: string
  sessionId: string | null
  sealedHash: string
  slotKey: string
  decision: 'approve' | 'decline'
}

/**
 * Uses a step-up proof up, in the deciding transaction. Refuses (`step_up_required`) one that is unknown, used, older than two minutes or made for
 * another person, session, text, slot or decision; which of them is not said.
 */
export async function consumeStepUp(
  tx: Tx,
  proof: StepUpBinding & { proofId: string; now: Date },
): Promise<{ id: string; method: string }> {
  const [used] = await tx.$queryRaw<{ id: string; method: string }[]>`/* kept */
    UPDATE "StepUpProof" SET "usedAt" = ${proof.now} WHERE id = ${proof.proofId}::uuid AND "principalId" = ${proof.principalId}::uuid AND "sessionId" = ${proof.sessionId}::uuid
      AND "sealedHash" = ${proof.sealedHash} AND "slotKey" = ${proof.slotKey} AND decision = ${proof.decision} AND "usedAt" IS NULL AND "expiresAt" > ${proof.now}
    RETURNING id, method`
  if (!used)
    throw new Refused(
      refuse(
        'step_up_required',
        'Confirm it is you again: the last confirmation was used, is older than two minutes, or was for something else.',
      ),
    )
  return used
}
