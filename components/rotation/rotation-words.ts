import type { StatusKind } from '@/components/ui/status'
import type { KeyState } from '@/lib/domain/key-standing'
import { openStep, phaseCounts, type RotationFacts, type RotationPhase, type RotationStatus, rotationPhase } from '@/lib/domain/rotation'
import { formatAge } from '@/lib/format'

/** The shape of a phase. Rolling back is red until it ends: a half-done rotation is loud. */
export const PHASE_STATUS: Record<RotationPhase, StatusKind> = {
  planned: 'waiting',
  approved: 'pass',
  in_progress: 'running',
  verifying: 'running',
  rolling_back: 'fail',
  completed: 'pass',
  rolled_back: 'fail',
  cancelled: 'na',
}

/** A status in words, where nothing more is known. */
export const STATUS_WORDS: Record<RotationStatus, string> = {
  planned: 'Planned',
  in_progress: 'Running',
  verifying: 'Verifying',
  rolling_back: 'Rolling back',
  completed: 'Completed',
  rolled_back: 'Rolled back',
  cancelled: 'Cancelled',
}

export const KEY_STATUS: Record<KeyState, StatusKind> = { unknown: 'stale', ok: 'pass', due_soon: 'warn', overdue: 'fail' }

/** How a key stands against its limit, in a few words: "7 days overdue", "due in 4 days", "age not on record". */
export function keyWords({ state, ageMs, limitMs }: { state: KeyState; ageMs: number | null; limitMs: number | null }): string {
  if (state === 'unknown' || ageMs === null) return 'Age not on record'
  if (limitMs === null) return `${formatAge(ageMs)}, no limit`
  return ageMs >= limitMs ? `${formatAge(ageMs - limitMs)} overdue` : `Due in ${formatAge(limitMs - ageMs)}`
}

/** An age beside its limit, with the unit said once: "97 of 90 days"; "5 d 3 h of 90 days" where they differ. */
export function ageOfLimit(ageMs: number, limitMs: number): string {
  const [age, limit] = [formatAge(ageMs), formatAge(limitMs)]
  return age.endsWith(' days') && limit.endsWith(' days') ? `${age.slice(0, -' days'.length)} of ${limit}` : `${age} of ${limit}`
}

/** Which step is open and of how many: rollback steps are counted by themselves. */
function stepPlace(facts: Pick<RotationFacts, 'status' | 'steps'>): { at: number; of: number } | null {
  const open = openStep(facts)
  if (!open) return null
  const counted = facts.steps.filter(
    ({ phase, state }) => (phase === 'rollback') === (open.phase === 'rollback') && state !== 'not_applicable',
  )
  return { at: counted.findIndex(({ id }) => id === open.id) + 1, of: counted.length }
}

/** Where a rotation stands, in words: "Running, step 6 of 10". */
export function phaseWords(facts: RotationFacts): string {
  const phase = rotationPhase(facts)
  const place = stepPlace(facts)
  const step = place ? `, step ${place.at} of ${place.of}` : ''
  switch (phase) {
    case 'planned':
      return facts.sealed ? 'Planned, waiting for approval' : 'Planned, declined'
    case 'approved':
      return phaseCounts(facts).before.open + phaseCounts(facts).prerequisite.open > 0
        ? 'Approved, checks open'
        : 'Approved, ready to start'
    case 'in_progress':
      return `Running${step}`
    case 'verifying':
      return place ? `Verifying${step}` : 'Verified, to be completed'
    case 'rolling_back':
      return place ? `Rolling back${step}` : 'Rolling back, to be ended'
    default:
      return STATUS_WORDS[phase]
  }
}
