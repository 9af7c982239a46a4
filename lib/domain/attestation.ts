import type { Candidate } from './approval'
import { type Actor, holdsAny, isGrantHeld } from './context'
import { durationMs } from './duration'
import type { Provenance } from './policy/parts/basics'
import type { Policy } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { ACTING_ROLES, listOfTitles } from './rights'
import type { Role } from './roles'

/** How long an acceptance criterion of a document stays attested where it does not say (002.44). */
const ACCEPTANCE_DAYS = 365

/** What can be attested: a rule of the policy that no machine reports, or a criterion of the document about itself (002.14, 002.43, 002.44). */
export type AttestationTopicFacts = {
  topic: string
  title: string
  text: string
  /** Null: one for the whole system. */
  profiles: readonly string[] | null
  by: readonly Role[]
  everyMs: number
  provenance: Provenance
}

/** Everything that can be attested of a system, in the order of its policy. */
export function attestationTopics(policy: Policy): AttestationTopicFacts[] {
  const own = policy.attestations.map(({ id, title, text, profiles, by, every, source, assumed, assumedFields }) => ({
    topic: `attestation.${id}`,
    title,
    text,
    profiles: profiles ?? null,
    by,
    everyMs: durationMs(every),
    provenance: { source, assumed, assumedFields },
  }))
  const criteria = policy.acceptance.map(({ id, text, by, every, source, assumed, assumedFields }) => ({
    topic: `acceptance.${id}`,
    title: text,
    text,
    profiles: null,
    by,
    everyMs: every === undefined ? ACCEPTANCE_DAYS * 86_400_000 : durationMs(every),
    provenance: { source, assumed, assumedFields },
  }))
  return [...own, ...criteria]
}

/** Why a topic cannot be attested for a profile (null: for the whole system): the policy has to want exactly that. */
export function whyNotTopic(
  policy: Policy,
  topic: AttestationTopicFacts | undefined,
  asked: string,
  profile: string | null,
): Refusal | null {
  const { name } = policy.system
  if (!topic) {
    const known = attestationTopics(policy).map((each) => each.topic)
    const which = known.length === 0 ? 'It wants none.' : `It wants ${known.join(', ')}.`
    return refuse('not_found', `The policy of ${name} wants no ${asked}. ${which}`, { place: 'topic' })
  }
  if (topic.profiles === null)
    return profile === null
      ? null
      : refuse('invalid', `${topic.title} is attested once for all of ${name}. Leave the profile out.`, { place: 'profile' })
  if (profile !== null && topic.profiles.includes(profile)) return null
  return refuse('invalid', `${topic.title} is attested for ${topic.profiles.join(', ')}. Say for which of them.`, { place: 'profile' })
}

/** Why somebody may not attest a topic: a person in one of the policy's roles does. */
export function whyNotAttest(policy: Policy, topic: AttestationTopicFacts, actor: Actor, now: Date): Refusal | null {
  const { slug, name } = policy.system
  if (actor.kind === 'person' && holdsAny(actor, topic.by, slug, now)) return null
  return refuse(
    'not_allowed',
    `${topic.title.replace(/\.$/, '')} is attested by ${listOfTitles(topic.by)} of ${name}. An admin grants roles.`,
  )
}

/** Why somebody cannot own a record of a system: its owner is a person with an acting role there. */
export function whyNotOwner(
  system: { id: string; name: string },
  owner: Pick<Candidate, 'kind' | 'grants'> | undefined,
  now: Date,
): Refusal | null {
  const holds = owner?.grants.some(({ role, ...grant }) => ACTING_ROLES.includes(role) && isGrantHeld({ role, ...grant }, system.id, now))
  if (owner?.kind === 'person' && holds) return null
  return refuse('invalid', `An owner is a person with an acting role on ${system.name}. Choose one of them.`, { place: 'owner' })
}
