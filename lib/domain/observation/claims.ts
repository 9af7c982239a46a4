import { maySay } from '../contract/shape'
import { CLAIM_SKEW_MS } from '../evidence'
import type { Policy } from '../policy/schema'
import { type Refusal, refuse } from '../refusal'
import { askedConditions } from './conditions'
import type { ObservationFacts } from './facts'

/** How old an observation may be when it is reported, in days: what is older says nothing of what runs. */
export const OLDEST_DAYS = 7

const OLDEST_MS = OLDEST_DAYS * 86_400_000

/** What of an observation is judged before any of a call is kept. */
export type ObservationClaim = { claimedAt?: Date | undefined; facts: ObservationFacts }

/**
 * Why an observation cannot be taken: a clock that runs ahead, a claim too old to say what runs (T11), or the word of a variable that is secret, undeclared or
 * not of the kind that may say one (T18), or an answer that the policy does not ask for. `place`: where it stands in the call, as `observations[3].`; never a value.
 */
export function whyNotClaims(policy: Policy, { claimedAt, facts }: ObservationClaim, place: string, now: Date): Refusal | null {
  if (claimedAt && now.getTime() - claimedAt.getTime() > OLDEST_MS)
    return refuse('invalid', `This was seen more than ${OLDEST_DAYS} days ago. Report what runs now (${place}claimedAt).`, {
      place: `${place}claimedAt`,
    })
  return whyNotInstants(claimedAt, facts, place, now) ?? whyNotWords(policy, facts, place) ?? whyNotAnswers(policy, facts, place)
}

function whyNotInstants(claimedAt: Date | undefined, facts: ObservationFacts, place: string, now: Date): Refusal | null {
  const latest = now.getTime() + CLAIM_SKEW_MS
  const isAhead = (instant: string) => Date.parse(instant) > latest
  const named: [string, boolean][] = [
    ['claimedAt', claimedAt !== undefined && claimedAt.getTime() > latest],
    ['facts.fileChanges.since', facts.fileChanges !== undefined && isAhead(facts.fileChanges.since)],
    ...(facts.fileChanges?.changes ?? []).map(({ at }, index): [string, boolean] => [
      `facts.fileChanges.changes[${index}].at`,
      isAhead(at),
    ]),
    ...(facts.checks ?? []).map(({ at }, index): [string, boolean] => [`facts.checks[${index}].at`, isAhead(at)]),
    ...(facts.snapshots ?? []).map(({ takenAt }, index): [string, boolean] => [`facts.snapshots[${index}].takenAt`, isAhead(takenAt)]),
  ]
  const [ahead] = named.find(([, is]) => is) ?? []
  if (ahead === undefined) return null
  return refuse('invalid', `${place}${ahead} lies in the future. Check the clock of the machine that reports.`, {
    place: `${place}${ahead}`,
  })
}

function whyNotWords(policy: Policy, { variables = [] }: ObservationFacts, place: string): Refusal | null {
  const index = variables.findIndex(({ says, name }) => {
    if (says === null) return false
    const variable = policy.variables.find((each) => each.name === name)
    return variable === undefined || !maySay(variable)
  })
  if (index < 0) return null
  const at = `${place}facts.variables[${index}].says`
  return refuse(
    'invalid',
    `Only a declared variable that is no secret and says a mode, a level or a name may say its word; this one may not (${at}). Leave says out.`,
    { place: at },
  )
}

function whyNotAnswers(policy: Policy, { conditions = [] }: ObservationFacts, place: string): Refusal | null {
  const asked = new Set(askedConditions(policy))
  const index = conditions.findIndex(({ variable }) => !asked.has(variable))
  if (index < 0) return null
  const at = `${place}facts.conditions[${index}].variable`
  const known = asked.size > 0 ? `It asks of ${[...asked].join(', ')}.` : 'It asks of none.'
  return refuse('invalid', `The policy of ${policy.system.name} leaves no condition of this variable open (${at}). ${known}`, { place: at })
}
