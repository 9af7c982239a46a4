const HOUR = 3_600_000

/** Lengths of an exception that the form offers at once, counted from since when it deviates; anything else is a date. */
export const EXCEPTION_LENGTHS = [
  { value: '4h', label: '4 hours', ms: 4 * HOUR },
  { value: '24h', label: '24 hours', ms: 24 * HOUR },
  { value: '3d', label: '3 days', ms: 72 * HOUR },
  { value: '7d', label: '7 days', ms: 168 * HOUR },
] as const

/** The last choice: an end of one's own. */
export const UNTIL_DATE = 'until'
