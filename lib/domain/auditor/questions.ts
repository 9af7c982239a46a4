/** What auditors ask of every record. The keys stand in addresses. */
export const QUESTIONS = [
  'break-glass',
  'unauthorised',
  'young-policy',
  'overdue-rotations',
  'exceptions-relied-on',
  'denied',
  'grants',
  'quick-sign-offs',
] as const

export type QuestionKey = (typeof QUESTIONS)[number]

/** A saved question: what is asked, what counts, and what it means when nothing is found. */
export type Question = {
  title: string
  asks: string
  /** What is looked at, and by which rule a row is among it. */
  counts: string
  /** One row and several, for counts: "opening", "openings". */
  noun: readonly [one: string, many: string]
  nothing: string
}

/** A policy counts as young for this long after it was applied: decisions under it rest on rules that few have read (ours, no document gives it). */
export const YOUNG_POLICY_MS = 86_400_000

/** A sign-off within this long of first opening the dossier was hardly read (ours, no document gives it). */
export const QUICK_SIGN_OFF_MS = 60_000

/** The eight questions of the auditor's room, in the order in which they are shown. */
export const QUESTION: Readonly<Record<QuestionKey, Question>> = {
  'break-glass': {
    title: 'Break-glass and its debts',
    asks: 'Who broke the glass, and is everything paid that this left behind?',
    counts:
      'Every fallback use that was asked for and every emergency promotion that was opened in the period, with what it still owes now.',
    noun: ['use or emergency', 'uses and emergencies'],
    nothing: 'Nobody asked for break-glass and no emergency was opened in this period, so nothing is owed for it.',
  },
  unauthorised: {
    title: 'Unauthorised deployments',
    asks: 'What went somewhere without an approval that held?',
    counts:
      'Every deployment that started in the period and was judged unauthorised at the instant it started, with the reasons of that instant.',
    noun: ['deployment', 'deployments'],
    nothing: 'Every deployment that is on the record of this period was authorised when it started. What nobody reported is not on it.',
  },
  'young-policy': {
    title: 'Decisions under a young policy',
    asks: 'What was decided under rules that were less than a day old?',
    counts: 'Every sign-off given, and every authorised deployment started, less than 24 hours after its policy version was applied.',
    noun: ['decision', 'decisions'],
    nothing: 'No decision of this period was made under a policy version younger than a day.',
  },
  'overdue-rotations': {
    title: 'Overdue rotations',
    asks: 'Which keys are, or were rotated, past their time?',
    counts:
      'Keys that are past the limit of their policy now, and rotations opened in the period that ended, or still run, after their due date.',
    noun: ['key or rotation', 'keys and rotations'],
    nothing: 'No key is past its limit now, and every rotation opened in this period was finished by its due date.',
  },
  'exceptions-relied-on': {
    title: 'Exceptions relied on',
    asks: 'Which deviations did somebody sign for?',
    counts: 'Every exception that a dossier names which was sealed in the period and signed, with the version that named it.',
    noun: ['exception in a dossier', 'exceptions in dossiers'],
    nothing: 'No dossier that was sealed in this period and signed names an exception.',
  },
  denied: {
    title: 'Denied attempts',
    asks: 'Who tried what they may not?',
    counts:
      'Every refused act, failed sign-in and failed step-up that is on the trail of the period. One entry may stand for several tries.',
    noun: ['entry', 'entries'],
    nothing: 'No denied attempt is on the trail of this period.',
  },
  grants: {
    title: 'Grants, and by whom',
    asks: 'Who was given which role, by whom, and what was done with it?',
    counts: 'Every role that was granted in the period, with the signatures that rest on it.',
    noun: ['grant', 'grants'],
    nothing: 'No role was granted in this period.',
  },
  'quick-sign-offs': {
    title: 'Sign-offs within a minute',
    asks: 'Who signed what they can hardly have read?',
    counts:
      'Every sign-off of a promotion that was given within a minute of the signer first opening the sealed version, or without an opening on the record.',
    noun: ['sign-off', 'sign-offs'],
    nothing: 'Nobody signed a promotion in this period within a minute of first opening it.',
  },
}

/** The key that a word of an address stands for; null for any other word. */
export function questionOf(word: string): QuestionKey | null {
  return QUESTIONS.find((key) => key === word) ?? null
}
