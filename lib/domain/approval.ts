import type { Actor, Grant } from './context'
import { isGrantHeld } from './context'
import { type Refusal, refuse } from './refusal'
import { ROLE_TITLE, type Role } from './roles'

/** A named capacity of an approval: any one of its roles may fill it; a `last` slot waits for all the others. */
export type ApprovalSlot = { key: string; title: string; roles: readonly Role[]; last: boolean }

/** A sign-off that stands (not withdrawn) on the live sealed version. */
export type StandingSignOff = { slotKey: string; signerId: string; signerName: string; decision: 'approve' | 'decline' }

/** A person and the grants they hold, as the engine sees them. */
export type Candidate = { id: string; name: string; kind: Actor['kind']; grants: readonly Grant[] }

/** All that one approval's rules depend on, whatever its subject (promotion, rotation, exception, fallback use, policy). */
export type ApprovalFacts = {
  systemId: string
  systemName: string
  /** What is signed, for sentences: "this promotion". */
  noun: string
  slots: readonly ApprovalSlot[]
  /** Principals whose own act this is (who opened, owns or performed it), by the person their acts count as. */
  ownActs: ReadonlyMap<string, string>
  /** Contributors by person, with the number of commits; empty where the policy lets contributors sign. */
  contributors: ReadonlyMap<string, number>
  sealedAt: Date
  signOffs: readonly StandingSignOff[]
}

/** One computed line of why somebody may or may not sign; kept with the signature. */
export type SeparationLine = { holds: boolean; sentence: string }

/** The grant on which a candidate could fill a slot at an instant: held, not given by themselves, not newer than the sealed version (T03). */
export function grantFor(slot: ApprovalSlot, who: Candidate, facts: Pick<ApprovalFacts, 'systemId' | 'sealedAt'>, now: Date): Grant | null {
  return (
    who.grants.find(
      (grant) =>
        slot.roles.includes(grant.role) &&
        isGrantHeld(grant, facts.systemId, now) &&
        grant.grantedById !== who.id &&
        grant.startsAt <= facts.sealedAt,
    ) ?? null
  )
}

/** Why a person's own role or acts keep them from a slot, whoever else has signed; null when they are eligible. */
export function whyNotEligible(slot: ApprovalSlot, who: Candidate, facts: ApprovalFacts, now: Date): Refusal | null {
  if (who.kind !== 'person')
    return refuse('separation_of_duties', 'Software does not sign for people. A person in the role has to sign in the browser.')
  const held = who.grants.filter((grant) => slot.roles.includes(grant.role) && isGrantHeld(grant, facts.systemId, now))
  if (held.length === 0) {
    return refuse(
      'not_allowed',
      `${slot.title} is signed by ${listOfRoles(slot.roles)} of ${facts.systemName}, a role you do not hold. An admin grants roles.`,
    )
  }
  const byOthers = held.filter((grant) => grant.grantedById !== who.id)
  if (byOthers.length === 0) {
    return refuse(
      'separation_of_duties',
      `You granted yourself ${listOfRoles(slot.roles)}. Nobody signs with a role they gave themselves; another admin has to grant it.`,
    )
  }
  if (!byOthers.some((grant) => grant.startsAt <= facts.sealedAt)) {
    return refuse(
      'separation_of_duties',
      'Your role was granted after this version was sealed. The Release Manager has to seal again before you can sign.',
    )
  }
  const own = facts.ownActs.get(who.id)
  if (own !== undefined) return refuse('separation_of_duties', `You ${own}. Nobody signs what they opened, own or performed.`)
  const commits = facts.contributors.get(who.id)
  if (commits !== undefined) {
    return refuse(
      'separation_of_duties',
      `You wrote ${commits} ${commits === 1 ? 'commit' : 'commits'} of this release. Contributors do not sign towards a production-like profile.`,
    )
  }
  return null
}

/**
 * Why a person may not fill a slot now; null when they may. The same answer disables the button, refuses the write and goes out on the API.
 * Rules: domain.md, what always holds, 7. Threats: T02, T03, T05.
 */
export function whyNotSign(slotKey: string, who: Candidate, facts: ApprovalFacts, now: Date): Refusal | null {
  const slot = facts.slots.find((candidate) => candidate.key === slotKey)
  if (!slot) return refuse('not_found', 'This slot is not in the rule that applies here. Reload to see the slots there are.')
  const ineligible = whyNotEligible(slot, who, facts, now)
  if (ineligible) return ineligible
  const taken = facts.signOffs.find((signOff) => signOff.slotKey === slotKey)
  if (taken) {
    return taken.signerId === who.id
      ? refuse('conflict', `You have already signed as ${slot.title}.`)
      : refuse('conflict', `${taken.signerName} has already signed as ${slot.title}. Nothing of yours was recorded.`)
  }
  const other = facts.signOffs.find((signOff) => signOff.signerId === who.id)
  if (other) {
    const title = facts.slots.find((candidate) => candidate.key === other.slotKey)?.title ?? other.slotKey
    return refuse('separation_of_duties', `You have signed as ${title}. One person, one signature.`)
  }
  if (slot.last) {
    const open = facts.slots.filter(
      (candidate) =>
        !candidate.last && !facts.signOffs.some((signOff) => signOff.slotKey === candidate.key && signOff.decision === 'approve'),
    )
    if (open.length > 0) return refuse('held', `${slot.title} signs last, after ${open.map((candidate) => candidate.title).join(' and ')}.`)
  }
  return null
}

/** Whether every slot stands approved. */
export function isFullyApproved(slots: readonly ApprovalSlot[], signOffs: readonly StandingSignOff[]): boolean {
  return slots.every((slot) => signOffs.some((signOff) => signOff.slotKey === slot.key && signOff.decision === 'approve'))
}

/** The slots still without an approving sign-off, in the policy's order. */
export function openSlots(slots: readonly ApprovalSlot[], signOffs: readonly StandingSignOff[]): ApprovalSlot[] {
  return slots.filter((slot) => !signOffs.some((signOff) => signOff.slotKey === slot.key && signOff.decision === 'approve'))
}

/**
 * Whether all open slots can be filled by different people (a bipartite matching by augmenting paths). A gap names the slots that cannot
 * be filled together and why each nearest candidate is kept out: a rule that nobody can satisfy is a bug, not a control.
 */
export function whyNotFillable(facts: ApprovalFacts, candidates: readonly Candidate[], now: Date): Refusal | null {
  const slots = openSlots(facts.slots, facts.signOffs)
  const signed = new Set(facts.signOffs.map((signOff) => signOff.signerId))
  const people = candidates.filter((candidate) => !signed.has(candidate.id))
  const eligible = new Map(slots.map((slot) => [slot.key, people.filter((who) => whyNotEligible(slot, who, facts, now) === null)]))
  const filledBy = new Map<string, string>()

  const augment = (slotKey: string, tried: Set<string>): boolean => {
    for (const who of eligible.get(slotKey) ?? []) {
      if (tried.has(who.id)) continue
      tried.add(who.id)
      const holder = [...filledBy].find(([, id]) => id === who.id)?.[0]
      if (holder === undefined || augment(holder, tried)) {
        filledBy.set(slotKey, who.id)
        return true
      }
    }
    return false
  }

  const gaps = slots.filter((slot) => !augment(slot.key, new Set()))
  if (gaps.length === 0) return null
  const details = gaps.map((slot) => gapSentence(slot, people, eligible.get(slot.key) ?? [], facts, now))
  return refuse('slot_gap', `Nobody could fill ${gaps.map((slot) => slot.title).join(' and ')}. ${details.join(' ')}`, { details })
}

function gapSentence(
  slot: ApprovalSlot,
  people: readonly Candidate[],
  eligible: readonly Candidate[],
  facts: ApprovalFacts,
  now: Date,
): string {
  if (eligible.length > 0)
    return `${slot.title}: ${names(eligible)} could sign, but ${eligible.length === 1 ? 'is' : 'are'} needed for another slot.`
  const holders = people.filter((who) =>
    who.grants.some((grant) => slot.roles.includes(grant.role) && isGrantHeld(grant, facts.systemId, now)),
  )
  if (holders.length === 0) return `${slot.title}: nobody holds ${listOfRoles(slot.roles)} of ${facts.systemName}.`
  return `${slot.title}: ${holders.map((who) => `${who.name} ${aboutThem(whyNotEligible(slot, who, facts, now), facts.contributors.get(who.id))}`).join('; ')}.`
}

function aboutThem(why: Refusal | null, commits: number | undefined): string {
  if (why?.code === 'separation_of_duties' && commits !== undefined) return `wrote ${commits} ${commits === 1 ? 'commit' : 'commits'}`
  if (why?.sentence.startsWith('You granted yourself')) return 'granted themselves the role'
  if (why?.sentence.startsWith('Your role was granted after')) return 'got the role after the seal'
  return 'acted on it themselves'
}

/** The computed lines a signer reads beside the button and that are kept with the signature. */
export function separationLines(
  slot: ApprovalSlot,
  who: Candidate,
  facts: ApprovalFacts,
  now: Date,
  more: { commits: number; brought: number; sealed: boolean },
): SeparationLine[] {
  const grant = grantFor(slot, who, facts, now)
  const lines: SeparationLine[] = []
  lines.push(
    grant
      ? { holds: true, sentence: `You hold ${ROLE_TITLE[grant.role]} for ${grant.systemId === null ? 'every system' : facts.systemName}` }
      : { holds: false, sentence: whyNotEligible(slot, who, facts, now)?.sentence ?? `You hold no role for ${slot.title}` },
  )
  const own = facts.ownActs.get(who.id)
  lines.push(own === undefined ? { holds: true, sentence: `You did not open ${facts.noun}` } : { holds: false, sentence: `You ${own}` })
  const commits = facts.contributors.get(who.id) ?? 0
  if (commits > 0) lines.push({ holds: false, sentence: `You wrote ${commits} of the ${more.commits} commits` })
  else if (more.commits > 0)
    lines.push({
      holds: true,
      sentence: `You wrote none of the ${more.commits} commits that bar a signer${more.brought === 0 ? ' and brought none of the evidence' : ''}`,
    })
  if (more.brought > 0) lines.push({ holds: true, sentence: `You brought ${more.brought} of the evidence; attesting does not disqualify` })
  if (more.sealed) lines.push({ holds: true, sentence: 'You sealed this version; sealing does not disqualify' })
  const others = facts.slots.filter(
    (candidate) =>
      candidate.key !== slot.key && who.grants.some((g) => candidate.roles.includes(g.role) && isGrantHeld(g, facts.systemId, now)),
  )
  for (const other of others) lines.push({ holds: false, sentence: `You cannot also sign as ${other.title}. One person, one signature` })
  return lines
}

function listOfRoles(roles: readonly Role[]): string {
  return roles.map((role) => ROLE_TITLE[role]).join(' or ')
}

function names(people: readonly Candidate[]): string {
  return people.map((who) => who.name).join(' and ')
}
