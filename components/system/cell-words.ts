import { STATUS_WORD } from '@/components/ui/status'
import type { MatrixCell } from '@/lib/domain/matrix-cell'
import { dayInWords } from '@/lib/domain/words'

type Stated = Pick<MatrixCell, 'state' | 'known' | 'exception'>

/** The state of a cell in a few words, as its chip says it: "Drift, covered until Sun 22 Nov". */
export function cellWords({ state, known, exception }: Stated): string {
  if (state === 'waiting' || state === 'na') return known.charAt(0).toUpperCase() + known.slice(1)
  if (state === 'drift' && exception?.isCovering) return `Drift, covered until ${dayInWords(exception.endsAt)}`
  if (state === 'open-drift' && exception?.state === 'overdue') return `Drift, ${exception.id} ended ${dayInWords(exception.endsAt)}`
  if (state === 'open-drift' && exception?.state === 'filed') return `Drift, ${exception.id} waits for approval`
  if (state === 'pass') return 'Met'
  return STATUS_WORD[state]
}

/** What joins the words about a fact to when it was seen: "seen 6 min ago", but "newest snapshot, 3 h ago". */
export const joiner = (known: string): string => (/(seen|deployed)$/.test(known) ? ' ' : ', ')
