import 'server-only'
import { db } from '@/lib/db/client'
import { loadTexts } from '@/lib/db/load-incidents'
import { loadNamed } from '@/lib/db/named'
import { type AttestationTopicFacts, attestationTopics, whyNotAttest, whyNotOwner } from '@/lib/domain/attestation'
import type { Named } from '@/lib/domain/context'
import { isLate, whyNotFlag, whyNotGovernedChange } from '@/lib/domain/environment-flag'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import type { Refusal } from '@/lib/domain/refusal'
import type { SystemHead } from './system-head'
import { getStandings, type Looker } from './system-standing'

/** A dated word of a person. */
export type AttestationWord = {
  id: string
  holds: boolean
  note: string | null
  link: string | null
  owner: Named
  by: Named
  at: Date
  nextDueAt: Date
}

export const ATTESTATION_STATES = ['violated', 'due', 'never', 'met'] as const
/** Where something that no machine reports stands: said not to hold, its word too old, nobody said anything yet, or in order. */
export type AttestationState = (typeof ATTESTATION_STATES)[number]

/** One thing that is attested, on one profile or (null) for the whole system, with its newest word and earlier ones. */
export type AttestationStanding = {
  profile: string | null
  state: AttestationState
  last: AttestationWord | null
  earlier: AttestationWord[]
}

export type AttestationRow = Omit<AttestationTopicFacts, 'profiles'> & { places: AttestationStanding[]; whyNot: Refusal | null }

export type EnvironmentFlagRow = {
  id: string
  name: string
  countsAs: string
  reason: string | null
  owner: Named
  by: Named
  recordedAt: Date
  expiresAt: Date
  endedAt: Date | null
  inForce: boolean
}

export type GovernedChangeRow = {
  id: string
  profile: string
  variables: string[]
  reason: string | null
  reference: string | null
  fromAt: Date
  untilAt: Date
  by: Named
  recordedAt: Date
  late: boolean
}

/** Everything about a system that people say because no machine reports it (issue 4, section 2; 001.5 to 001.7, 002.14, 002.43, 002.44, 004.13). */
export type AttestationsView = {
  attestations: AttestationRow[]
  acceptance: AttestationRow[]
  /** People with an acting role: who can own a record. */
  owners: { id: string; name: string }[]
  names: { profile: string; class: ProfileClass; names: string[] }[]
  unknownName: { text: string; unless: string | null }
  flags: EnvironmentFlagRow[]
  whyNotFlag: Refusal | null
  changes: GovernedChangeRow[]
  /** Variables that may not change by themselves; none: nothing can be recorded. */
  governed: string[]
  whyNotChange: Refusal | null
}

/** How many earlier words, flags and changes one page shows; the trail has all of them. */
const EARLIER = 3
const MOST = 20

/** Reads it for a system the viewer may see, in five statements beyond the frame's. */
export async function getAttestations(looker: Looker, head: Pick<SystemHead, 'slug' | 'name' | 'version'>): Promise<AttestationsView> {
  const { actor, now } = looker
  const { policy } = head.version
  const systemId = head.slug
  const [{ people }, words, flags, changes] = await Promise.all([
    getStandings(looker),
    db.attestation.findMany({
      where: { systemId },
      orderBy: [{ attestedAt: 'desc' }, { id: 'desc' }],
      take: 500,
    }),
    db.environmentFlag.findMany({
      where: { systemId },
      orderBy: [{ recordedAt: 'desc' }, { id: 'desc' }],
      take: MOST,
    }),
    db.governedChange.findMany({
      where: { systemId },
      orderBy: [{ recordedAt: 'desc' }, { id: 'desc' }],
      take: MOST,
    }),
  ])
  const [texts, who] = await Promise.all([
    loadTexts(db, [...words.map(({ note }) => note), ...[...flags, ...changes].map(({ reason }) => reason)]),
    loadNamed(db, [
      ...words.flatMap(({ ownerId, attestedById }) => [ownerId, attestedById]),
      ...flags.flatMap(({ ownerId, recordedById }) => [ownerId, recordedById]),
      ...changes.map(({ recordedById }) => recordedById),
    ]),
  ])
  const said = words.map((row) => ({
    topic: row.topic,
    profile: row.profileKey,
    word: {
      id: row.id,
      holds: row.holds,
      note: texts.get(row.note) ?? null,
      link: row.link,
      owner: who(row.ownerId),
      by: who(row.attestedById),
      at: row.attestedAt,
      nextDueAt: row.nextDueAt,
    } satisfies AttestationWord,
  }))
  const rows = attestationTopics(policy).map(
    ({ profiles, ...topic }): AttestationRow => ({
      ...topic,
      whyNot: whyNotAttest(policy, { profiles, ...topic }, actor, now),
      places: (profiles ?? [null]).map((profile): AttestationStanding => {
        const own = said.filter((each) => each.topic === topic.topic && each.profile === profile).map(({ word }) => word)
        const last = own[0] ?? null
        return { profile, state: stateOf(last, now), last, earlier: own.slice(1, 1 + EARLIER) }
      }),
    }),
  )
  const system = { id: systemId, name: head.name }
  const { unknown } = policy.profileNaming
  const governed = policy.variables
    .filter(({ mutability, owner }) => mutability === 'immutable' || owner === 'environment')
    .map(({ name }) => name)
  const soon = new Date(now.getTime() + 3_600_000)
  return {
    attestations: rows.filter(({ topic }) => topic.startsWith('attestation.')),
    acceptance: rows.filter(({ topic }) => topic.startsWith('acceptance.')),
    owners: people.filter((person) => whyNotOwner(system, person, now) === null).map(({ id, name }) => ({ id, name })),
    names: policy.profiles.map(({ id, class: profileClass, aliases }) => ({
      profile: id,
      class: profileClass,
      names: [...new Set([id, ...aliases, policy.profileNaming.values[id] ?? id])],
    })),
    unknownName: { text: unknown.text, unless: unknown.unless?.text ?? null },
    flags: flags.map((row) => ({
      id: row.id,
      name: row.name,
      countsAs: row.countsAs,
      reason: texts.get(row.reason) ?? null,
      owner: who(row.ownerId),
      by: who(row.recordedById),
      recordedAt: row.recordedAt,
      expiresAt: row.expiresAt,
      endedAt: row.endedAt,
      inForce: row.endedAt === null && row.expiresAt > now,
    })),
    // A name that nobody would declare: the answer is about who may, and whether the policy allows any.
    whyNotFlag: whyNotFlag(policy, { name: '-', expiresAt: soon }, false, actor, now),
    changes: changes.map((row) => ({
      id: row.id,
      profile: row.profileKey,
      variables: row.variables,
      reason: texts.get(row.reason) ?? null,
      reference: row.reference,
      fromAt: row.fromAt,
      untilAt: row.untilAt,
      by: who(row.recordedById),
      recordedAt: row.recordedAt,
      late: isLate(row),
    })),
    governed,
    whyNotChange: whyNotGovernedChange(policy, { variables: governed.slice(0, 1), fromAt: now, untilAt: soon }, actor, now),
  }
}

function stateOf(last: AttestationWord | null, now: Date): AttestationState {
  if (last === null) return 'never'
  if (!last.holds) return 'violated'
  return last.nextDueAt <= now ? 'due' : 'met'
}
