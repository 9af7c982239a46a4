import { listWords } from '@/lib/format'
import type { SignOffReceipt } from '@/lib/queries/sign-off-receipt'

const ENDED: Readonly<Record<string, string>> = {
  voided: 'it was voided',
  declined: 'it was declined',
  replaced: 'it was planned again',
  withdrawn: 'it was called off',
}

const ENDS = { rotation: 'plan', fallback: 'request', exception: 'exception' } as const

/** What became of a decision: it stands, was taken back, or its version ended. */
export function standingOf({ withdrawn, decision, sealed, subject }: SignOffReceipt): 'stands' | 'withdrawn' | 'ended' {
  if (withdrawn) return 'withdrawn'
  if (decision !== 'approve' || sealed.endedAt === null) return 'stands'
  // What a grant allowed, it allowed: asking for an extension comes after it and takes nothing back.
  return subject.kind !== 'rotation' && sealed.endedBy === 'replaced' ? 'stands' : 'ended'
}

/** The heading, to the signer and to others. */
export function signOffTitle({ decision, mine, signer, withdrawn }: SignOffReceipt): string {
  const what = `${mine ? 'Your' : `${signer}’s`} ${decision === 'approve' ? 'signature' : 'decline'}`
  return withdrawn ? `${what} was withdrawn` : `${what} is on record`
}

/** What happens next and who was asked. */
export function signOffLead(receipt: SignOffReceipt): string {
  const { subject, sealed, next, decision, withdrawn } = receipt
  if (withdrawn) return `The record of it stays. ${subject.now}`
  if (decision === 'decline') return `It ended version ${sealed.number} of the ${ENDS[subject.kind]}. ${subject.now}`
  if (standingOf(receipt) === 'ended')
    return `Version ${sealed.number} has ended since: ${ENDED[sealed.endedBy ?? ''] ?? 'it ended'}, and this signature with it.`
  if (!next) return subject.now
  const names = next.who.map(({ name }) => name)
  const [first] = names
  if (first === undefined) return `Nobody can sign as ${next.capacity} yet; an admin grants roles.`
  return `Next is ${next.capacity}: ${names.length > 3 ? `${first} and ${names.length - 1} others` : listWords(names, 'or')}.`
}
