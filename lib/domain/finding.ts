import { coveringException, type ExceptionStanding } from './exception'

export const SEVERITIES = ['block', 'warn', 'note'] as const
/** block: holds promotions to the profile while it is open and not covered; warn: shows; note: is listed. */
export type Severity = (typeof SEVERITIES)[number]

export const FINDING_KINDS = ['drift', 'disagreement', 'conflict'] as const
/** drift: a reported fact; disagreement: code or a workflow against a normative document (004.1); conflict: between documents (002.3). */
export type FindingKind = (typeof FINDING_KINDS)[number]

/** How a finding came to its end: the facts changed, the policy did, a governed change explains it, or a person resolved a conflict. */
export type FindingEnd = 'facts' | 'policy' | 'explained' | 'resolved'

/** A finding as verdicts and promotions read it. */
export type FindingStanding = {
  id: string
  system: string
  /** Null: of the whole system. */
  profile: string | null
  rule: string
  kind: FindingKind
  severity: Severity
  title: string
  expected: string
  observed: string
  instance: string | null
  openedAt: Date
  acknowledgedAt: Date | null
}

/** A finding with the exception that covers it at an instant; null: open drift. */
export type DriftStanding = FindingStanding & { exception: ExceptionStanding | null }

/** Which findings an exception covers at an instant; a conflict between documents and what concerns the whole system is never covered. */
export function driftOf(findings: readonly FindingStanding[], exceptions: readonly ExceptionStanding[], now: Date): DriftStanding[] {
  return findings.map((finding) => {
    const { system, profile, rule, kind } = finding
    const exception = profile === null || kind === 'conflict' ? null : coveringException(exceptions, { system, profile, rule }, now)
    return { ...finding, exception }
  })
}
