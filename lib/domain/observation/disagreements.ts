import type { PolicyProfile } from '../policy/schema'
import { deviates, type RuleJudged } from './judged'
import { eachRow, type Scope } from './scope'

/** A disagreement that was reported, in words for a verdict. */
export type Disagreement = { rule: string; title: string; document: string | null }

/**
 * Code, workflows and scripts that say otherwise than the document. Where it is normative it wins and the disagreement is a finding; it is never adjusted to
 * what runs (004.1).
 */
export function judgeDisagreements(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  const reported = scope.seen(profile.id, 'disagreements')
  const ids = new Set(reported.rows.flatMap(({ facts }) => facts.map(({ id }) => id)))
  const severity = scope.policy.document.normative ? 'warn' : 'note'
  return [...ids].toSorted().map((id) => [
    `document.${id}`,
    eachRow(reported, (row) => {
      const found = row.facts.filter((each) => each.id === id).toSorted((a, b) => (a.where < b.where ? -1 : 1))
      const [first] = found
      if (!first) return null
      const more = found.length > 1 ? ` (and ${found.length - 1} more places)` : ''
      return deviates(row, severity, `${first.where}: ${first.text}${more}`)
    }),
  ])
}
