/**
 * Words for dates, spans, hashes and numbers (ux.md section 17). Everything is stored and computed in UTC; a viewer's zone is an
 * IANA name such as `Europe/Berlin` and only ever adds a bracket. 24-hour clock, "19 Nov 2026", no "tomorrow", no bare numerals.
 */

export type Instant = Date | string | number

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const date = (at: Instant): Date => (at instanceof Date ? at : new Date(at))

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Building an `Intl.DateTimeFormat` costs far more than using it, so each shape is built once. */
function formatter(zone: string, options: Intl.DateTimeFormatOptions, locale = 'en-GB'): Intl.DateTimeFormat {
  const key = `${locale} ${zone} ${Object.entries(options).flat().join(' ')}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })
    formatters.set(key, found)
  }
  return found
}

function pieces(at: Instant, zone: string): { day: string; month: string; year: string; weekday: string; time: string; seconds: string } {
  const parts = formatter(zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(date(at))
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.find((piece) => piece.type === type)?.value ?? ''
  const time = `${get('hour')}:${get('minute')}`
  // en-GB abbreviates September as "Sept"; three letters keep columns even.
  return {
    day: get('day'),
    month: get('month').slice(0, 3),
    year: get('year'),
    weekday: get('weekday'),
    time,
    seconds: `${time}:${get('second')}`,
  }
}

/** ISO 8601 in UTC, for `<time datetime>`. */
export function toIso(at: Instant): string {
  return date(at).toISOString()
}

/** "19 Nov 2026". */
export function formatDate(at: Instant, zone = 'UTC'): string {
  const p = pieces(at, zone)
  return `${p.day} ${p.month} ${p.year}`
}

/** "Thu 19 Nov"; with the year when it is not that of `now`. */
export function formatDay(at: Instant, now?: Instant, zone = 'UTC'): string {
  const p = pieces(at, zone)
  const year = now !== undefined && pieces(now, zone).year !== p.year ? ` ${p.year}` : ''
  return `${p.weekday} ${p.day} ${p.month}${year}`
}

/** "today" or "Fri 20 Nov": the day beside a due time. Days are UTC days. */
export function formatDueDay(at: Instant, now: Instant): string {
  return formatDate(at) === formatDate(now) ? 'today' : formatDay(at, now)
}

/** "16:00", or "16:00:09". Label the zone yourself. */
export function formatTime(at: Instant, options: { zone?: string; seconds?: boolean } = {}): string {
  const p = pieces(at, options.zone ?? 'UTC')
  return options.seconds ? p.seconds : p.time
}

/** "16:00 UTC". */
export function formatTimeUtc(at: Instant, options: { seconds?: boolean } = {}): string {
  return `${formatTime(at, { seconds: options.seconds })} UTC`
}

/** "CET", or "GMT+5:30" where the language has no abbreviation. */
export function zoneName(at: Instant, zone: string): string {
  for (const locale of ['en-GB', 'en-US', 'en-AU']) {
    const name = formatter(zone, { timeZoneName: 'short' }, locale)
      .formatToParts(date(at))
      .find((p) => p.type === 'timeZoneName')?.value
    if (name && !name.startsWith('GMT+') && !name.startsWith('GMT-') && !name.startsWith('GMT−')) return name
  }
  return (
    formatter(zone, { timeZoneName: 'short' })
      .formatToParts(date(at))
      .find((p) => p.type === 'timeZoneName')?.value ?? zone
  )
}

/** "17:00 CET", or "Fri 20 Nov 01:00 CET" when the day differs from the UTC day; null when the zone is UTC itself. */
export function formatLocal(at: Instant, zone: string | undefined, options: { seconds?: boolean } = {}): string | null {
  if (!zone || zone === 'UTC' || zone === 'Etc/UTC' || !isZone(zone)) return null
  const day = formatDate(at) === formatDate(at, zone) ? '' : `${formatDay(at, undefined, zone)} `
  return `${day}${formatTime(at, { zone, seconds: options.seconds })} ${zoneName(at, zone)}`
}

/** "19 Nov 2026, 16:00 UTC (17:00 CET)"; the bracket only with a zone other than UTC. */
export function formatInstant(at: Instant, options: { zone?: string; seconds?: boolean } = {}): string {
  const seconds = options.seconds
  const local = formatLocal(at, options.zone, { seconds })
  return `${formatDate(at)}, ${formatTimeUtc(at, { seconds })}${local ? ` (${local})` : ''}`
}

/** "16:00–16:30 UTC"; both dates when the end falls on another UTC day. */
export function formatWindow(from: Instant, to: Instant): string {
  if (formatDate(from) === formatDate(to)) return `${formatTime(from)}–${formatTimeUtc(to)}`
  return `${formatDay(from)} ${formatTimeUtc(from)} to ${formatDay(to)} ${formatTimeUtc(to)}`
}

/** The clock of the top bar: "Thu 19 Nov 14:32 UTC · 15:32 CET". */
export function formatClock(now: Instant, zone?: string): string {
  const local = formatLocal(now, zone)
  return `${formatDay(now)} ${formatTimeUtc(now)}${local ? ` · ${local}` : ''}`
}

/** Whether the runtime knows an IANA zone name; a cookie may hold anything. */
export function isZone(zone: string): boolean {
  try {
    formatter(zone, { hour: '2-digit' })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** "7 days", "1 day". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}

/** A span of milliseconds, exact, in at most two units: "3 d 18 h", "1 h 28 min", "3 min 40 s", "45 s". */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.round(Math.abs(ms) / SECOND))
  const units = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor(total / 3600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'min'],
    [total % 60, 's'],
  ] as const
  const first = units.findIndex(([count]) => count > 0)
  if (first === -1) return '0 s'
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => (unit === 'd' && units[1][0] === 0 ? plural(count, 'day') : `${count} ${unit}`))
    .join(' ')
}

/**
 * A span of milliseconds as people say an age or a wait, rounded down: "40 s", "12 min", "4 h 50 min", "31 h", "3 d 18 h", "12 days".
 * Hours run to 48 so that "31 h old, limit 24 h" compares at a glance.
 */
export function formatAge(ms: number): string {
  const span = Math.abs(ms)
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`
  const hours = Math.floor(span / HOUR)
  const minutes = Math.floor((span % HOUR) / MINUTE)
  if (hours < 10 && minutes > 0) return `${hours} h ${minutes} min`
  if (hours < 48) return `${hours} h`
  const days = Math.floor(span / DAY)
  const rest = Math.floor((span % DAY) / HOUR)
  return days < 7 && rest > 0 ? `${days} d ${rest} h` : plural(days, 'day')
}

/** "in 1 h 28 min" or "12 min ago"; null beyond 7 days, where only the absolute time is said. */
export function formatRelative(at: Instant, now: Instant): string | null {
  const gap = date(at).getTime() - date(now).getTime()
  if (Math.abs(gap) > 7 * DAY) return null
  if (Math.abs(gap) < 30 * SECOND) return 'now'
  return gap > 0 ? `in ${formatAge(gap)}` : `${formatAge(gap)} ago`
}

/** A length of policy time as the policies say it: "90 days", "24 h", "72 h", "30 min". */
export function formatLimit(ms: number): string {
  if (ms % DAY === 0 && ms > 3 * DAY) return plural(ms / DAY, 'day')
  if (ms % HOUR === 0) return `${ms / HOUR} h`
  return formatDuration(ms)
}

/** The age beside its limit: "2 h 10 min of 24 h", or "31 h old, limit 24 h" once it is over. */
export function formatFreshness(ageMs: number, limitMs: number): string {
  return ageMs > limitMs ? `${formatAge(ageMs)} old, limit ${formatLimit(limitMs)}` : `${formatAge(ageMs)} of ${formatLimit(limitMs)}`
}

/** "48,212". */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 2 })
}

const WORDS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten', 'Eleven', 'Twelve']

/** A count at the head of a sentence, in letters up to twelve: "Three", "No", "17". */
export function numberWord(count: number): string {
  return WORDS[count] ?? formatNumber(count)
}

/** A hex digest in groups of four: all of it, or only the first `groups`. */
export function formatHash(hash: string, groups?: number): string {
  const bare = hash.replace(/^sha256:/, '')
  const all = bare.match(/.{1,4}/g) ?? []
  return (groups === undefined ? all : all.slice(0, groups)).join(' ')
}

/** "b9df b08a 22b6 … fc29": enough of a digest to recognise it. */
export function formatHashShort(hash: string): string {
  return `${formatHash(hash, 3)} … ${hash.slice(-4)}`
}

/** A git revision: its first seven digits. */
export function formatSha(sha: string): string {
  return sha.slice(0, 7)
}

/** "Martin Vasquez" -> "MV"; "Release Manager Agent" -> "RM": the letters inside an avatar or a small slot. */
export function initials(name: string): string {
  const words = name
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .split(/\s+/)
    .filter(Boolean)
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => word[0]) : [...(words[0] ?? '?')].slice(0, 2)
  return letters.join('').toUpperCase()
}

/** "a, b and c". */
export function listWords(words: readonly string[], joiner = 'and'): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${joiner} ${words.at(-1)}`
}
