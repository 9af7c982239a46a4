import { type DeploymentFacts, judgeStart } from './deployment'
import { notYet } from './promotion'
import type { NotYet } from './promotion-holds'

/** What a pipeline is told: GO, or NOT_YET with every reason and who can act. `kind` is what starting would be. */
export type Verdict = { verdict: 'GO' | 'NOT_YET'; kind: 'deploy' | 'redeploy'; reasons: NotYet[] }

/** Who opens promotions, in words. */
const OPENERS = 'Release Manager, Dev lead, Engineer, or a pipeline token'

/**
 * Whether a release may go to a profile at an instant: exactly what the start of its deployment would be judged to be (`judgeStart`), each of
 * its reasons with the code and with who can move it. A rollback names what it reverts and is asked for elsewhere.
 */
export function judgeVerdict(facts: Omit<DeploymentFacts, 'reverts'>, now: Date): Verdict {
  const { kind, authorised, reasons } = judgeStart({ ...facts, reverts: null }, now)
  const known = facts.promotion ? notYet(facts.promotion, now) : []
  const profile = facts.policy.profiles.find(({ id }) => id === facts.profileKey)
  // Besides the promotion's own there are two: the policy never deploys there (always the first), and nothing leads there yet.
  const other = (sentence: string, index: number): NotYet =>
    index === 0 && profile?.deployable === false
      ? { code: 'policy_forbids', sentence, who: null }
      : { code: 'wrong_state', sentence, who: OPENERS }
  return {
    verdict: authorised ? 'GO' : 'NOT_YET',
    kind: kind === 'redeploy' ? 'redeploy' : 'deploy',
    reasons: reasons.map((sentence, index) => known.find((reason) => reason.sentence === sentence) ?? other(sentence, index)),
  }
}
