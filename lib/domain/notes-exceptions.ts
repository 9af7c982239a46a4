import type { DossierException } from './dossier'
import type { ExceptionStanding } from './exception'
import { exceptionParts, spanInWords } from './exception-sentence'
import { deviationSentence } from './promotion-drift'
import type { NotesAddendum } from './release-notes'
import { instantInWords } from './words'

/** An exception as release notes hold it: as a dossier does, and when it was closed where that came before the notes. */
export type NotesException = DossierException & { closedAt?: string }

/** Names of principals by id and texts by digest, as they are today: sealed texts hold neither (T40). What was erased is missing. */
export type SealedWords = { names: Readonly<Record<string, string>>; texts: Readonly<Record<string, string>> }

export const ERASED_NAME = 'Somebody erased'
export const ERASED_TEXT = 'The text was erased.'

/** The four mandatory fields of the policy (000.32), in words. */
export type FourFields = { dateTime: string; owner: string; duration: string; remediation: string }

/** Date and time, owner, expected duration and remediation path of an exception as people read them (000.32). */
export function fourFields(exception: DossierException & { closedAt?: string }, words: SealedWords): FourFields {
  const { startsAt, endsAt, owner, remediation, expired, closedAt } = exception
  const [from, until] = [new Date(startsAt), new Date(endsAt)]
  const end = closedAt ? `; closed ${instantInWords(new Date(closedAt))}` : expired ? '; past its end and not closed' : ''
  return {
    dateTime: instantInWords(from),
    owner: words.names[owner] ?? ERASED_NAME,
    duration: `${spanInWords(from, until)}, until ${instantInWords(until)}${end}`,
    remediation: words.texts[remediation] ?? ERASED_TEXT,
  }
}

/** The whole sentence about an exception in the voice of the notes: what deviates, its time and owner, why, and how it gets fixed. */
export function wholeSentence(exception: DossierException, words: SealedWords): string {
  const { sentence, startsAt, endsAt, owner, reason, remediation, expired } = exception
  const {
    when,
    why,
    remediation: fix,
  } = exceptionParts({
    title: '',
    expected: '',
    observed: null,
    startsAt: new Date(startsAt),
    until: new Date(endsAt),
    owner: words.names[owner] ?? ERASED_NAME,
    reason: words.texts[reason] ?? null,
    remediation: words.texts[remediation] ?? ERASED_TEXT,
  })
  const past = expired ? 'Its end has passed and it is not closed.' : null
  return [sentence, when, past, why, fix].filter((part) => part !== null).join(' ')
}

/** Which end of an exception was approved at an instant: extensions that came later are not known to what was written then. */
function endAsOf({ terms, endsAt }: ExceptionStanding, at: Date): Date {
  const known = (terms ?? []).filter(({ approvedAt }) => approvedAt <= at)
  return known.reduce<Date | null>((last, { until }) => (last === null || until > last ? until : last), null) ?? endsAt
}

/** An exception as notes written at an instant hold it. */
export function notesException(exception: ExceptionStanding, at: Date): NotesException {
  const { id, profile, rule, startsAt, owner, reason, remediation, endedAt } = exception
  const endsAt = endAsOf(exception, at)
  const closedAt = endedAt !== null && endedAt <= at ? endedAt : null
  return {
    id,
    profile,
    rule,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    owner: owner.id,
    reason,
    remediation,
    sentence: deviationSentence(exception),
    expired: closedAt === null && endsAt <= at,
    ...(closedAt ? { closedAt: closedAt.toISOString() } : {}),
  }
}

/**
 * The exceptions of release notes: those of the dossier, on source and target, and every other that was open on the target while the release was promoted to
 * it (domain.md, life cycles). One that was closed since the dossier was sealed says so.
 */
export function exceptionsOfNotes(sealed: readonly DossierException[], during: readonly ExceptionStanding[], at: Date): NotesException[] {
  const known = during.map((exception) => notesException(exception, at))
  const fromDossier = sealed.map((exception): NotesException => {
    const closedAt = known.find(({ id }) => id === exception.id)?.closedAt
    return { ...exception, ...(closedAt ? { closedAt, expired: false } : {}) }
  })
  return [...fromDossier, ...known.filter(({ id }) => !sealed.some((exception) => exception.id === id))].toSorted((a, b) =>
    a.id < b.id ? -1 : 1,
  )
}

/**
 * What became of the exceptions of a profile after an instant and until another, as dated addenda: opened ones with their four fields, extended, past their
 * end, closed. `during` are those that were open at some time in between.
 */
export function exceptionAddenda(
  during: readonly ExceptionStanding[],
  within: { from: Date; until: Date },
  words: SealedWords,
): NotesAddendum[] {
  const isIn = (at: Date | null): at is Date => at !== null && at > within.from && at <= within.until
  return during.flatMap((exception) => {
    const { id, profile, approvedAt, endedAt, endsAt, terms = [] } = exception
    const ends = terms.length > 0 ? terms : approvedAt ? [{ approvedAt, until: endsAt }] : []
    const opened: NotesAddendum[] = isIn(approvedAt)
      ? [{ at: approvedAt, sentence: `${id} was opened on ${profile}: ${wholeSentence(notesException(exception, approvedAt), words)}` }]
      : []
    const extended = ends.flatMap((term, index): NotesAddendum[] =>
      index > 0 && isIn(term.approvedAt)
        ? [{ at: term.approvedAt, sentence: `${id} was extended until ${instantInWords(term.until)}.` }]
        : [],
    )
    const passed = ends.flatMap(({ until }, index): NotesAddendum[] => {
      const next = ends[index + 1]
      const wasOver = (endedAt !== null && endedAt <= until) || (next !== undefined && next.approvedAt < until)
      return !wasOver && isIn(until) ? [{ at: until, sentence: `${id} came to its end on ${profile} and was not closed.` }] : []
    })
    const closed: NotesAddendum[] = isIn(endedAt) ? [{ at: endedAt, sentence: `${id} was closed.` }] : []
    return [...opened, ...extended, ...passed, ...closed]
  })
}
