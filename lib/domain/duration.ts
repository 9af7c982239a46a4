/**
 * ISO 8601 durations of fixed length: weeks, days, hours, minutes, seconds. Years and months are refused, because how long
 * they last depends on when they start, and a verdict must not.
 */
const ISO = /^P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$/

const UNITS = [
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

function parts(iso: string): number[] | null {
  const match = ISO.exec(iso)
  if (!match || iso === 'P' || iso.endsWith('T')) return null
  return match.slice(1).map((digits) => Number(digits ?? 0))
}

/** Whether a text is a duration that Countersign reads: `PT24H`, `P90D`, `P1DT12H`; longer than nothing. */
export function isDuration(iso: string): boolean {
  const found = parts(iso)
  return found?.some((count) => count > 0) ?? false
}

/** Milliseconds of an ISO 8601 duration. Throws a RangeError that quotes the text when it is not one. */
export function durationMs(iso: string): number {
  const found = parts(iso)
  if (!found) throw new RangeError(`Not an ISO 8601 duration of weeks, days, hours, minutes or seconds: ${JSON.stringify(iso)}`)
  return UNITS.reduce((sum, [, ms], position) => sum + (found[position] ?? 0) * ms, 0)
}

/** An ISO 8601 duration in words, as it was written: `PT24H` is "24 hours", `P1DT12H` "1 day 12 hours". Throws like `durationMs`. */
export function formatDuration(iso: string): string {
  durationMs(iso)
  const found = parts(iso) ?? []
  const words = UNITS.flatMap(([unit], position) => {
    const count = found[position] ?? 0
    return count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`]
  })
  return words.join(' ') || '0 seconds'
}
