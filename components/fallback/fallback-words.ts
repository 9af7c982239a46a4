import type { StatusKind } from '@/components/ui/status'
import type { FallbackPhase } from '@/lib/domain/fallback'
import { listWords } from '@/lib/format'

/** Shape and word of each phase. Hatched for open glass alone. */
export const PHASE: Record<FallbackPhase, { status: StatusKind; words: string }> = {
  requested: { status: 'waiting', words: 'Waits for a grant' },
  refused: { status: 'denied', words: 'Refused' },
  withdrawn: { status: 'na', words: 'Withdrawn' },
  open: { status: 'glass', words: 'Glass open' },
  ended: { status: 'warn', words: 'Ended, not cleaned up' },
  cleaned_up: { status: 'pass', words: 'Cleaned up' },
  reviewed: { status: 'pass', words: 'Reviewed' },
}

export const PURPOSE: Record<string, string> = {
  'local-development': 'Local development',
  'break-glass-testing': 'Testing break-glass',
  'break-glass': 'Break-glass',
}

/** "Priya Raman, Ines Okafor and 2 more". */
export function namesInShort(names: readonly string[], most = 3): string {
  if (names.length === 0) return 'nobody, since nobody holds the roles'
  return names.length <= most + 1 ? listWords(names) : `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}

/** A title that begins a line. */
export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
