import type { Actor } from './context'
import { type ExceptionFacts, waitingFor } from './exception-approval'
import { type FallbackFacts, fallbackPhase, isExtensionAsked, phaseInWords } from './fallback'
import { type Refusal, refuse } from './refusal'

/** What of a signature decides whether it can be taken back. */
export type Withdrawable = { signerId: string; withdrawnAt: Date | null }

/** Why a signature cannot be withdrawn because its version has ended. */
export function whyNotLive(sealed: { number: number; endedAt: Date | null }): Refusal | null {
  return sealed.endedAt
    ? refuse('wrong_state', `Version ${sealed.number} has ended, and this signature with it. There is nothing to withdraw.`)
    : null
}

/** Why a grant may not be withdrawn: only one's own, only while the request still waits for another; what is open is closed instead. */
export function whyNotWithdrawGrant(facts: FallbackFacts, signOff: Withdrawable, actor: Pick<Actor, 'id'>, now: Date): Refusal | null {
  if (fallbackPhase(facts, now) !== 'requested' && !isExtensionAsked(facts, now))
    return refuse('wrong_state', `${facts.id} is ${phaseInWords(facts, now)}. What is open is closed, not withdrawn.`)
  if (signOff.signerId !== actor.id) return refuse('not_allowed', 'Only the person who signed can withdraw a signature.')
  return signOff.withdrawnAt ? refuse('wrong_state', 'This signature is already withdrawn.') : null
}

/** Why an approval of an exception may not be withdrawn: only one's own, only while that version still waits for another; what runs is closed instead. */
export function whyNotWithdrawExceptionApproval(
  facts: Pick<ExceptionFacts, 'id' | 'status' | 'asked' | 'tier' | 'endsAt' | 'sealed'>,
  sealedHash: string,
  signOff: Withdrawable,
  actor: Pick<Actor, 'id'>,
): Refusal | null {
  if (facts.sealed?.hash !== sealedHash || !waitingFor(facts))
    return refuse('wrong_state', `What was signed of ${facts.id} waits for nobody any more. What runs is closed, not withdrawn.`)
  if (signOff.signerId !== actor.id) return refuse('not_allowed', 'Only the person who signed can withdraw a signature.')
  return signOff.withdrawnAt ? refuse('wrong_state', 'This signature is already withdrawn.') : null
}
