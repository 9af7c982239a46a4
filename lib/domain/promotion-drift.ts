import { type ExceptionStanding, exceptionState } from './exception'
import { exceptionParts } from './exception-sentence'
import { type DriftStanding, driftOf, type FindingStanding, SEVERITIES } from './finding'

/** An approved exception that has not ended, with where it stands at the instant facts were loaded for, and what deviates in one sentence. */
export type StandingException = ExceptionStanding & { state: 'running' | 'overdue'; sentence: string }

/** An open finding as a promotion sees it: what covers it, which exception of the same rule still waits for approval, and what deviates in one sentence. */
export type PromotionFinding = DriftStanding & { filed: string | null; sentence: string }

/** What deviates on the way of a promotion. */
export type PromotionDrift = { exceptions: StandingException[]; drift: PromotionFinding[] }

/**
 * What of a system's open exceptions and findings concerns a promotion at an instant: those of its source and target profile, and findings of the whole
 * system. Exceptions by id, so that a dossier always lists them alike; findings the gravest first. Whether an exception is in force is a matter of its
 * status, not of who wrote first in the same millisecond: what was approved a moment ago must be seen by whoever signs now (T07).
 */
export function driftOnWay(
  known: { exceptions: readonly ExceptionStanding[]; findings: readonly FindingStanding[] },
  way: { system: string; from: string; to: string },
  now: Date,
): PromotionDrift {
  const { system, from, to } = way
  const own = known.exceptions.filter((each) => each.system === system)
  const exceptions = own
    .filter((each) => each.status === 'approved' && [from, to].includes(each.profile))
    .map((each) => ({
      ...each,
      state: exceptionState(each, now) as StandingException['state'], // approved ones are in one of these
      sentence: deviationSentence(each),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const findings = known.findings.filter((each) => each.system === system && (each.profile === null || [from, to].includes(each.profile)))
  const rank = ({ severity }: FindingStanding) => SEVERITIES.indexOf(severity)
  const drift = driftOf(findings, own, now)
    .map((finding) => ({ ...finding, filed: filedFor(finding, own), sentence: findingSentence(finding) }))
    .toSorted((a, b) => rank(a) - rank(b) || a.openedAt.getTime() - b.openedAt.getTime() || (a.id < b.id ? -1 : 1))
  return { exceptions, drift }
}

function filedFor({ profile, rule }: FindingStanding, exceptions: readonly ExceptionStanding[]): string | null {
  return exceptions.find((each) => each.status === 'filed' && each.profile === profile && each.rule === rule)?.id ?? null
}

/** What shows as live drift: open findings that no exception covers, without mere notes. */
export function openDrift<F extends DriftStanding>(drift: readonly F[]): F[] {
  return drift.filter(({ exception, severity }) => exception === null && severity !== 'note')
}

/** What deviates in one sentence, as a dossier seals it: no names, and nothing anybody wrote at length (T40). */
export function deviationSentence({ title, expected, observed }: { title: string; expected: string; observed: string }): string {
  return exceptionParts({ title, expected, observed, startsAt: null, until: null, owner: null, reason: null, remediation: null }).what
}

/** What a finding says in one sentence: what was seen can be a sentence of its own. */
function findingSentence({ title, expected, observed }: { title: string; expected: string; observed: string }): string {
  const [seen, asked] = [observed, expected].map((text) => text.replace(/[\s.;,]+$/, ''))
  return `${title}: ${seen}. The policy says: ${asked}.`
}
