import { durationMs } from '../duration'
import type { Policy, PolicyProfile } from '../policy/schema'
import { dateInWords } from '../words'
import type { AttestationFact } from './context'
import { deviates, type Judged, met, type RuleJudged, stale, unknown, weight } from './judged'
import type { Scope } from './scope'
import type { RuleState } from './verdict'

/** How long the attestation of a criterion stays good where the policy does not say. */
export const ACCEPTANCE_EVERY = 'P365D'

/** Something that no machine reports and a person has to attest, where it stands (002.14, 002.43, 002.44). */
export type AttestationStanding = {
  /** `attestation.<id>` or `acceptance.<id>`. */
  topic: string
  /** Null: one for the whole system. */
  profile: string | null
  state: RuleState
  last: AttestationFact | null
  dueAt: Date | null
}

const latest = (facts: readonly AttestationFact[], topic: string, profile: string | null): AttestationFact | null =>
  facts
    .filter((fact) => fact.topic === topic && fact.profile === profile)
    .reduce<AttestationFact | null>((last, each) => (last === null || each.attestedAt > last.attestedAt ? each : last), null)

/** When an attestation is due again: the date that was set, and never later than the policy's interval after it. */
function dueOf(fact: AttestationFact, every: string): Date {
  const limit = new Date(fact.attestedAt.getTime() + durationMs(every))
  return fact.nextDueAt < limit ? fact.nextDueAt : limit
}

function standing(facts: readonly AttestationFact[], topic: string, profile: string | null, every: string, now: Date): AttestationStanding {
  const last = latest(facts, topic, profile)
  const dueAt = last && dueOf(last, every)
  const state: RuleState = !last || !dueAt ? 'unknown' : !last.holds ? 'deviates' : dueAt <= now ? 'stale' : 'met'
  return { topic, profile, state, last, dueAt }
}

/** Every attestation that a policy asks for, in its order: those of profiles, those of the system, and the criteria of the document about itself. */
export function attestationsOf(policy: Policy, facts: readonly AttestationFact[], now: Date): AttestationStanding[] {
  return [
    ...policy.attestations.flatMap(({ id, profiles, every }) =>
      (profiles ?? [null]).map((profile) => standing(facts, `attestation.${id}`, profile, every, now)),
    ),
    ...policy.acceptance.map(({ id, every }) => standing(facts, `acceptance.${id}`, null, every ?? ACCEPTANCE_EVERY, now)),
  ]
}

/** What an attestation of the policy says on a profile: its own, or the one of the system. `unknown` where nobody attested it yet. */
export function attestationOn(scope: Scope, profile: PolicyProfile, id: string): Judged {
  const { policy, context, now } = scope
  const asked = policy.attestations.find((each) => each.id === id)
  if (!asked || (asked.profiles && !asked.profiles.includes(profile.id))) return unknown('Nobody is asked to attest it here.')
  const { state, last, dueAt } = standing(context.attestations, `attestation.${id}`, asked.profiles ? profile.id : null, asked.every, now)
  if (!last || !dueAt) return unknown('Nobody attested it yet.')
  const judged =
    state === 'deviates'
      ? deviates(null, weight(policy, profile, 'required'), `Attested on ${dateInWords(last.attestedAt)} that it does not hold`)
      : state === 'stale'
        ? stale(null, `Attested on ${dateInWords(last.attestedAt)}; the next was due ${dateInWords(dueAt)}`)
        : met(null, `Attested on ${dateInWords(last.attestedAt)}, next due ${dateInWords(dueAt)}`)
  return { ...judged, seenAt: last.attestedAt }
}

/** The attestations of a profile as rules. */
export function judgeAttestations(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  return scope.policy.attestations
    .filter(({ profiles }) => profiles?.includes(profile.id))
    .map(({ id }) => [`attestation.${id}`, attestationOn(scope, profile, id)])
}
