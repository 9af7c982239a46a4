import { type Refusal, refuse } from './refusal'

/** How far a caller's clock may be off before it shows: five minutes, in milliseconds (T11). */
export const CLOCK_SKEW_MS = 5 * 60_000

/** Why a snapshot's own date cannot stand: what is the latest is decided by it, so it may not lie in the future (000.29, T11). */
export function whyNotTakenAt(takenAt: Date, now: Date): Refusal | null {
  if (takenAt.getTime() <= now.getTime() + CLOCK_SKEW_MS) return null
  return refuse('invalid', 'The snapshot’s date lies in the future. Check the clock of the machine that took it.', { place: 'takenAt' })
}
