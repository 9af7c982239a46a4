import type { FindingEnd, FindingKind, FindingStanding } from '../finding'
import type { RuleVerdict } from './verdict'

/** What the verdicts make of the findings that are open. */
export type Reconciliation = {
  /** Deviations without an open finding. */
  open: RuleVerdict[]
  /** Findings that are still so, in other words or with another weight. */
  change: { finding: FindingStanding; verdict: RuleVerdict }[]
  close: { finding: FindingStanding; how: Exclude<FindingEnd, 'resolved'> }[]
}

/** What kind of finding a deviation opens: code or a workflow against a document, or a fact against a rule. */
export function findingKindOf(verdict: Pick<RuleVerdict, 'rule'>): FindingKind {
  return verdict.rule.startsWith('document.') ? 'disagreement' : 'drift'
}

/** Rules that only exist while somebody reports them: a file nobody declared, a service, a check, a variable of no contract. */
const REPORTED_ONLY = /^(?:document|file|service|check|variable)\./

/** Whether a deviation only follows from rules of the same profile that have findings of their own. */
const follows = ({ causes }: RuleVerdict): boolean => causes !== undefined && causes.length > 0

/**
 * Which findings open, change and close with the facts. One for each rule of a profile. A deviation opens one, unless it follows from others that do; only what was seen in order closes it: silence,
 * old facts and unknown ones leave it open. A rule that the policy has no more closes its finding. Conflicts between documents are closed by people, never
 * here (002.3). `because`: what brought the verdicts about, so that a finding that ends without a new fact says why: `explained` after a governed change
 * (004.13), `policy` after another version of the policy.
 */
export function reconcile(
  open: readonly FindingStanding[],
  verdicts: readonly RuleVerdict[],
  because: Exclude<FindingEnd, 'resolved'> = 'facts',
): Reconciliation {
  const byRule = new Map(verdicts.map((verdict) => [keyOf(verdict.profile, verdict.rule), verdict]))
  const known = new Set<string>()
  const result: Reconciliation = { open: [], change: [], close: [] }
  for (const finding of open) {
    if (finding.kind === 'conflict' || finding.profile === null) continue
    const key = keyOf(finding.profile, finding.rule)
    const verdict = byRule.get(key)
    if (verdict === undefined)
      result.close.push({ finding, how: because === 'facts' && !REPORTED_ONLY.test(finding.rule) ? 'policy' : because })
    else if (verdict.state === 'met' || follows(verdict)) result.close.push({ finding, how: because })
    else {
      known.add(key)
      if (verdict.state === 'deviates' && differs(finding, verdict)) result.change.push({ finding, verdict })
    }
  }
  result.open = verdicts.filter(
    (verdict) => verdict.state === 'deviates' && !follows(verdict) && !known.has(keyOf(verdict.profile, verdict.rule)),
  )
  return result
}

const keyOf = (profile: string, rule: string): string => `${profile}\n${rule}`

const differs = (finding: FindingStanding, { severity, title, expected, observed, instance }: RuleVerdict): boolean =>
  finding.severity !== severity ||
  finding.title !== title ||
  finding.expected !== expected ||
  finding.observed !== observed ||
  finding.instance !== instance
