import { ENDED } from '@/components/promotion/words'
import { formatTimeUtc, formatWindow, listWords } from '@/lib/format'
import type { Receipt } from '@/lib/queries/receipt'

/** What became of a signature: it stands, was taken back, or its version ended. */
export function standingOf(receipt: Receipt): 'stands' | 'withdrawn' | 'ended' {
  if (receipt.withdrawn) return 'withdrawn'
  return receipt.decision === 'approve' && receipt.dossier.endedAt ? 'ended' : 'stands'
}

/** The heading of a receipt, to the signer and to others. */
export function receiptTitle(receipt: Receipt): string {
  const what = receipt.decision === 'approve' ? 'signature' : 'decline'
  const whose = receipt.mine ? 'Your' : `${receipt.signer}’s`
  if (receipt.withdrawn) return `${whose} ${what} was withdrawn`
  return `${whose} ${what} is on record`
}

/** What happens next and who was asked. */
export function receiptLead(receipt: Receipt): string {
  const { promotion, dossier, next, decision } = receipt
  if (receipt.withdrawn) return 'The record of it stays. The slot is open again while the version stands.'
  if (decision === 'decline')
    return `It ended version ${dossier.number}. The Release Manager has the dossier back and can seal again; ${promotion.id} stays open.`
  if (dossier.endedAt) return `Version ${dossier.number} has ended since (${endedWords(dossier)}), and this signature with it.`
  const window = promotion.window ? ` The window opens at ${formatTimeUtc(promotion.window.startsAt)}.` : ''
  if (next) return `${asked(next)}${window}`
  if (promotion.phase === 'approved')
    return promotion.window
      ? `It was the last one needed. It may be deployed in the window, ${formatWindow(promotion.window.startsAt, promotion.window.endsAt)}.`
      : 'All slots are signed. It may be deployed now.'
  return `${promotion.id} is ${promotion.phase.replaceAll('_', ' ')}.`
}

function asked({ capacity, who }: NonNullable<Receipt['next']>): string {
  const [first] = who
  if (!first) return `Nobody can sign as ${capacity} yet; an admin grants roles.`
  const names =
    who.length > 3
      ? `${first.name} and ${who.length - 1} others`
      : listWords(
          who.map(({ name }) => name),
          'or',
        )
  return `Next is ${capacity}: ${names}.`
}

/** "voided: The window changed". */
function endedWords({ endedBy, moved }: Receipt['dossier']): string {
  const word = endedBy ? (ENDED[endedBy as keyof typeof ENDED] ?? endedBy).toLowerCase() : 'ended'
  return moved.length > 0 ? `${word}: ${moved.join('. ')}` : word
}
