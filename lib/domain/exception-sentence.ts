import { instantInWords } from './words'

/** What the one sentence about an exception is made of; what is null or blank is left out, as while somebody types. */
export type ExceptionSaid = {
  title: string
  expected: string
  observed: string | null
  startsAt: Date | null
  until: Date | null
  /** Name of the owner today; null where names do not belong, as in a sealed text. */
  owner: string | null
  reason: string | null
  remediation: string | null
}

/** The one sentence in its parts, so that a screen can set them apart; each is null while nothing is known of it. */
export type ExceptionParts = { what: string; when: string | null; why: string | null; remediation: string | null }

/** The parts of the sentence under which release notes print an exception (000.32): what deviates, its time and owner, why, and how it gets fixed. */
export function exceptionParts(said: ExceptionSaid): ExceptionParts {
  const observed = plain(said.observed)
  const expected = plain(said.expected) ?? 'nothing'
  const what = observed ? `${said.title} is ${observed}; the policy says ${expected}.` : `${said.title}; the policy says ${expected}.`
  const times = [
    ...(said.startsAt ? [`from ${instantInWords(said.startsAt)}`] : []),
    ...(plain(said.owner) ? [`owner ${plain(said.owner)}`] : []),
    ...(said.startsAt && said.until && said.until > said.startsAt
      ? [`expected ${spanInWords(said.startsAt, said.until)}, until ${instantInWords(said.until)}`]
      : []),
  ]
  const remediation = ended(said.remediation)
  return {
    what,
    when: times.length > 0 ? capital(`${times.join('; ')}.`) : null,
    why: capital(ended(said.reason)),
    remediation: remediation ? `Remediation: ${remediation}` : null,
  }
}

/**
 * The one sentence about an exception (000.32), the same in the live preview, on its page, in a dossier and in release notes:
 * "LOG_LEVEL is debug; the policy says info. From 19 Nov 2026, 14:05 UTC; owner Jonah Weiss; expected 24 hours, until 20 Nov 2026, 14:05 UTC. ..."
 */
export function exceptionSentence(said: ExceptionSaid): string {
  const { what, when, why, remediation } = exceptionParts(said)
  return [what, when, why, remediation].filter((part) => part !== null).join(' ')
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** How long from one instant to another, in words of at most two units: "4 days", "24 hours", "3 days 4 hours", "less than a minute". */
export function spanInWords(from: Date, until: Date): string {
  let rest = Math.max(0, until.getTime() - from.getTime())
  // A day or less is counted in hours, as people say it.
  const units = rest <= 86_400_000 ? UNITS.slice(1) : UNITS
  const words: string[] = []
  for (const [unit, ms] of units) {
    const count = Math.floor(rest / ms)
    rest -= count * ms
    if (count > 0 && words.length < 2) words.push(`${count} ${unit}${count === 1 ? '' : 's'}`)
  }
  return words.join(' ') || 'less than a minute'
}

/** A text on one line without the point at its end; null for none. */
function plain(text: string | null): string | null {
  const line = (text ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.;,]+$/, '')
  return line === '' ? null : line
}

function ended(text: string | null): string | null {
  const line = (text ?? '').replace(/\s+/g, ' ').trim()
  if (line === '') return null
  return /[.!?…]$/.test(line) ? line : `${line}.`
}

function capital(text: string): string
function capital(text: string | null): string | null
function capital(text: string | null): string | null {
  return text === null ? null : text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())
}
