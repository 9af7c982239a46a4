import type { StatusKind } from '@/components/ui/status'
import type { ReviewFinding } from '@/lib/domain/emergency'
import type { GateVerdict } from '@/lib/domain/gate'
import type { PromotionPhase } from '@/lib/domain/promotion'

/** A phase as people read it, with its shape. */
export const PHASE: Record<PromotionPhase, { status: StatusKind; words: string }> = {
  collecting: { status: 'waiting', words: 'Collecting evidence' },
  ready_to_seal: { status: 'waiting', words: 'Ready to seal' },
  signing: { status: 'running', words: 'Signing' },
  held: { status: 'stale', words: 'Held' },
  voided: { status: 'warn', words: 'Voided, seal again' },
  approved: { status: 'pass', words: 'Fully signed' },
  expired: { status: 'warn', words: 'Window has passed' },
  deploying: { status: 'running', words: 'Deploying' },
  deployed: { status: 'pass', words: 'Deployed' },
  failed: { status: 'fail', words: 'Failed' },
  withdrawn: { status: 'na', words: 'Withdrawn' },
  superseded: { status: 'na', words: 'Superseded' },
  rolled_back: { status: 'warn', words: 'Rolled back' },
}

/** A gate's verdict as people read it, with its shape. Stale counts as missing and says so. */
export const VERDICT: Record<GateVerdict, { status: StatusKind; words: string }> = {
  pass: { status: 'pass', words: 'Pass' },
  pass_with_exception: { status: 'drift', words: 'Pass with exception' },
  fail: { status: 'fail', words: 'Failed' },
  stale: { status: 'stale', words: 'Stale, counts as missing' },
  missing: { status: 'waiting', words: 'Missing' },
  skipped: { status: 'glass', words: 'Skipped in the emergency' },
}

/** What somebody said of an emergency afterwards, with its shape. */
export const FINDING: Record<ReviewFinding, { status: StatusKind; words: string }> = {
  accepted: { status: 'pass', words: 'Accepted' },
  concern: { status: 'warn', words: 'A concern' },
}

/** What became of a sealed version. */
export const ENDED: Record<'voided' | 'declined' | 'replaced' | 'withdrawn', string> = {
  voided: 'Voided',
  declined: 'Declined',
  replaced: 'Replaced',
  withdrawn: 'Withdrawn',
}
