import type { TierOffer } from '@/lib/queries/exception-new'
import { EXCEPTION_LENGTHS, UNTIL_DATE } from '@/lib/schemas/exception-lengths'

/** When an exception would end: its length from when the deviation began, or the date that was typed. Null while that is no date. */
export function endOf(startsAt: Date | null, duration: string, until: Date | null): Date | null {
  if (duration === UNTIL_DATE) return until
  const length = EXCEPTION_LENGTHS.find(({ value }) => value === duration)
  return startsAt && length ? new Date(startsAt.getTime() + length.ms) : null
}

/**
 * The tier an exception of some length falls under, as `tierFor` of the domain decides it when it is filed: the shortest that fits, with slots where the
 * rule needs a signature. Here it only says beforehand whom it takes.
 */
export function tierOf(tiers: readonly TierOffer[], needsSignature: boolean, takesMs: number): TierOffer | null {
  if (!(takesMs > 0)) return null
  const longest = ({ upToMs }: TierOffer) => upToMs ?? Number.POSITIVE_INFINITY
  const fitting = tiers.filter((tier) => longest(tier) >= takesMs).toSorted((a, b) => longest(a) - longest(b))
  return (needsSignature ? fitting.find(({ slots }) => slots.length > 0) : undefined) ?? fitting[0] ?? null
}

/** The longest time that takes no signature for a rule, in ms; null where any length takes one, or none does. */
export function unsignedLimit(tiers: readonly TierOffer[], needsSignature: boolean): number | null {
  if (needsSignature) return null
  const free = tiers.filter(({ slots, upToMs }) => slots.length === 0 && upToMs !== null).map(({ upToMs }) => upToMs ?? 0)
  return free.length === 0 || !tiers.some(({ slots }) => slots.length > 0) ? null : Math.max(...free)
}
