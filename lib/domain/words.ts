const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (n: number) => String(n).padStart(2, '0')

/** "19 Nov 2026, 16:00 UTC": how statements and notes name an instant. Words that are sealed do not follow a locale. */
export function instantInWords(at: Date): string {
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`
}

/** "19 Nov 2026": the UTC day of an instant. */
export function dateInWords(at: Date): string {
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** "Sun 22 Nov": a UTC day near enough that its year goes without saying. */
export function dayInWords(at: Date): string {
  return `${DAYS[at.getUTCDay()]} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`
}

/** "19 Nov 2026, 16:00–16:30 UTC", or both instants in full when the window spans days. */
export function windowInWords(window: { startsAt: Date; endsAt: Date }): string {
  const { startsAt, endsAt } = window
  if (startsAt.toISOString().slice(0, 10) !== endsAt.toISOString().slice(0, 10))
    return `${instantInWords(startsAt)} to ${instantInWords(endsAt)}`
  return `${instantInWords(startsAt).replace(' UTC', '')}–${two(endsAt.getUTCHours())}:${two(endsAt.getUTCMinutes())} UTC`
}

/** "a, b and c"; of none it says "nothing". */
export function listInWords(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}
