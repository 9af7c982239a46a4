import { type Candidate, whyNotSign } from './approval'
import { type Actor, type Grant, holdsAny, isGrantHeld, type Named } from './context'
import { exceptionState } from './exception'
import { type ExceptionFacts, exceptionApproval, waitingFor } from './exception-approval'
import { tierFor } from './exception-tier'
import { type FallbackRule, fallbackRules } from './fallback-rule'
import type { FindingKind } from './finding'
import type { Policy, PolicyNever, PolicyTier } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { ACTING_ROLES, listOfTitles, whyNotRight } from './rights'
import type { Role } from './roles'
import { isProductionLikeProfile, neverExceptable, type RuleRef } from './rule-ref'
import { whyNotScope, whyNotTokenSystem } from './scopes'
import { instantInWords } from './words'

/** How far ahead an exception may end: what lasts longer is a change of the policy. */
export const MAX_AHEAD_DAYS = 366
/** How far back a deviation may have begun. */
export const MAX_BACK_DAYS = 1_830
/** How many conditions an exception may come to. */
export const MAX_CONDITIONS = 20

const DAY_MS = 86_400_000
/** A clock that is a little ahead says "now" a little late. */
const CLOCK_MS = 60_000

/** What somebody files, with the rule, owner and finding it names looked up. */
export type ExceptionRequest = {
  policy: Policy
  ref: RuleRef
  startsAt: Date
  until: Date
  owner: OwnerCandidate | null
  finding: FindingNamed | null
}

/** Whoever is to own an exception, with what they hold. */
export type OwnerCandidate = Named & {
  grants: readonly Grant[]
  /** Of an agent: the system whose policy names it. */
  systemId: string | null
  isRetired: boolean
}

/** A finding that a filing names, as far as that is to fit. */
export type FindingNamed = {
  id: string
  system: string
  profile: string | null
  rule: string
  kind: FindingKind
  openedAt: Date
  closedAt: Date | null
}

/** Why somebody may not file exceptions of a system at all: everybody but auditor and admin, and tokens with the scope (domain.md, roles). */
export function whyNotFile(actor: Actor, system: { id: string; name: string }, now: Date): Refusal | null {
  const what = `Drift exceptions of ${system.name} are filed`
  return whyNotRight(actor, system, { roles: ACTING_ROLES, scope: 'exception:file', what }, now)
}

/** Since when a deviation is counted: what was said, or since a finding saw it, whichever is earlier, so that a late start buys no shorter tier. */
export function sinceOf(request: Pick<ExceptionRequest, 'startsAt' | 'finding'>): Date {
  const { startsAt, finding } = request
  return finding && finding.openedAt < startsAt ? finding.openedAt : startsAt
}

/** Why this cannot be excepted as it is asked; null when it can: rule, times, owner, finding, and a tier of the policy that lasts that long (000.32). */
export function whyNotExcept(request: ExceptionRequest, system: { id: string; name: string }, now: Date): Refusal | null {
  const { policy, ref, owner } = request
  return (
    whyNever(policy, ref) ??
    whyNotFinding(request, system) ??
    whyNotStart(request.startsAt, now) ??
    whyNotEnd(sinceOf(request), request.until, now) ??
    whyNotOwner(owner, system, now) ??
    whyNoTier(policy, ref, sinceOf(request), request.until)
  )
}

/** Why no exception covers a rule, with what is possible in its place; null where one can. */
export function whyNever(policy: Policy, ref: RuleRef): Refusal | null {
  const never = neverExceptable(policy, ref)
  if (!never) return null
  const ways = waysInstead(policy, ref, never)
  return refuse('policy_forbids', `No exception covers this: ${ended(never.text)} ${ways.map(({ sentence }) => sentence).join(' ')}`, {
    place: 'rule',
    details: ways.map(({ sentence }) => sentence),
  })
}

/** Something that can be done where no exception may be filed. `rule` is the break-glass rule to ask for. */
export type WayInstead = { kind: 'fix' | 'break-glass' | 'policy-change'; sentence: string; rule: string | null }

/** What is possible in place of an exception from a rule that cannot have one: mend it, break the glass where the policy has such a rule there, or change the policy. */
export function waysInstead(policy: Policy, ref: Pick<RuleRef, 'profile'>, never: PolicyNever): WayInstead[] {
  const glass: FallbackRule[] = fallbackRules(policy).filter(({ profile }) => profile.id === ref.profile)
  return [
    {
      kind: 'fix',
      sentence: never.instead ? ended(never.instead) : 'Mend it: bring the profile back to what the policy says.',
      rule: null,
    },
    ...glass.map(
      (rule): WayInstead => ({
        kind: 'break-glass',
        sentence: `Where it burns, break-glass can allow ${rule.title} on ${rule.profile.name} for a while.`,
        rule: rule.id,
      }),
    ),
    { kind: 'policy-change', sentence: 'Where the rule itself is wrong, ask for a change of the policy.', rule: null },
  ]
}

function whyNotFinding({ finding, ref }: ExceptionRequest, system: { id: string }): Refusal | null {
  if (!finding)
    return ref.key.startsWith('document.')
      ? refuse('not_found', 'No finding says that anything disagrees with that document. File from the finding, once there is one.', {
          place: 'rule',
        })
      : null
  const place = { place: 'finding' }
  if (finding.system !== system.id || finding.profile !== ref.profile || finding.rule !== ref.key)
    return refuse('invalid', `${finding.id} is about another rule or profile. Leave it out, or file from that finding.`, place)
  if (finding.kind === 'conflict')
    return refuse('policy_forbids', `${finding.id} is a conflict between documents. It is resolved, never excepted.`, place)
  if (finding.closedAt) return refuse('wrong_state', `${finding.id} is closed: what it saw is gone.`, place)
  return null
}

function whyNotStart(startsAt: Date, now: Date): Refusal | null {
  const place = { place: 'startsAt' }
  if (startsAt.getTime() > now.getTime() + CLOCK_MS)
    return refuse('invalid', 'The start lies in the future. An exception is about what deviates already; say since when it does.', place)
  if (startsAt.getTime() < now.getTime() - MAX_BACK_DAYS * DAY_MS)
    return refuse('invalid', `The start lies more than five years back. Say since when it deviates, as far as you know.`, place)
  return null
}

/** Why an end cannot be asked for: not after the start, passed, or further ahead than anybody can promise. */
function whyNotEnd(startsAt: Date, until: Date, now: Date): Refusal | null {
  const place = { place: 'until' }
  if (until <= startsAt) return refuse('invalid', 'The end comes before the start. Give a later one.', place)
  if (until <= now) return refuse('invalid', 'The end lies in the past. Give one to come.', place)
  if (until.getTime() > now.getTime() + MAX_AHEAD_DAYS * DAY_MS)
    return refuse('invalid', `At most ${MAX_AHEAD_DAYS} days ahead. What is to last longer is a change of the policy.`, place)
  return null
}

/** Why somebody may not own an exception: a person with an acting role on the system, or an agent of it; a pipeline owns nothing. */
export function whyNotOwner(owner: OwnerCandidate | null, system: { id: string; name: string }, now: Date): Refusal | null {
  const place = { place: 'owner' }
  if (!owner || owner.isRetired)
    return refuse(
      'not_found',
      `There is nobody like that who could own it. Name a person with a role on ${system.name}, or an agent of it.`,
      place,
    )
  if (owner.kind === 'token')
    return refuse(
      'invalid',
      `A pipeline owns nothing. Name a person with a role on ${system.name}, or an agent of it, as its owner.`,
      place,
    )
  const isActing = owner.grants.some((grant) => ACTING_ROLES.includes(grant.role) && isGrantHeld(grant, system.id, now))
  if (isActing || (owner.kind === 'agent' && owner.systemId === system.id)) return null
  return refuse('invalid', `${owner.name} holds no acting role on ${system.name}, so cannot own it. Name somebody who does.`, place)
}

function whyNoTier(policy: Policy, ref: RuleRef, startsAt: Date, until: Date): Refusal | null {
  if (tierFor(policy, ref, isProductionLikeProfile(policy, ref.profile), startsAt, until)) return null
  return refuse(
    'policy_forbids',
    'The policy has no exceptions that last as long. Give an earlier end, or ask for a change of the policy.',
    {
      place: 'until',
    },
  )
}

/** The state as the middle of a sentence: "running until 21 Nov 2026, 18:00 UTC". */
export function stateInWords(facts: Pick<ExceptionFacts, 'status' | 'endsAt'>, now: Date): string {
  const state = exceptionState(facts, now)
  if (state === 'running') return `running until ${instantInWords(facts.endsAt)}`
  if (state === 'overdue') return `overdue since ${instantInWords(facts.endsAt)}`
  return state === 'filed' ? 'filed and not decided' : state === 'rejected' ? 'declined' : state
}

/** Why what waits for a decision cannot be decided on now; separate from who decides. */
export function whyNotDecideException(facts: ExceptionFacts, sealedHash: string, now: Date): Refusal | null {
  if (!waitingFor(facts)) return refuse('wrong_state', `Nothing of ${facts.id} waits for a decision: it is ${stateInWords(facts, now)}.`)
  if (!facts.sealed || facts.sealed.hash !== sealedHash)
    return refuse('stale_version', `You read another version of ${facts.id}. Reload to read what is asked for now.`)
  return null
}

/** Why somebody may not approve in a slot now: state, hash, an end still to come, then the approval engine (T01, T02, T03, T05). */
export function whyNotApproveException(
  facts: ExceptionFacts,
  slotKey: string,
  who: Candidate,
  sealedHash: string,
  now: Date,
): Refusal | null {
  return (
    whyNotDecideException(facts, sealedHash, now) ?? whyLapsed(facts, now) ?? whyNotSign(slotKey, who, exceptionApproval(facts, now), now)
  )
}

/** Why what was asked for can no longer be approved although nobody decided on it: its end passed. */
export function whyLapsed(facts: Pick<ExceptionFacts, 'id' | 'status' | 'asked' | 'tier' | 'endsAt'>, now: Date): Refusal | null {
  const waiting = waitingFor(facts)
  if (!waiting || waiting.until > now) return null
  return refuse('policy_forbids', `The end that was asked for, ${instantInWords(waiting.until)}, has passed. It is asked for again.`)
}

/** Why somebody may not decline in a slot now. A `last` slot may say no early. */
export function whyNotDeclineException(
  facts: ExceptionFacts,
  slotKey: string,
  who: Candidate,
  sealedHash: string,
  now: Date,
): Refusal | null {
  const approval = exceptionApproval(facts, now)
  const slots = approval.slots.map((slot) => ({ ...slot, last: false }))
  return whyNotDecideException(facts, sealedHash, now) ?? whyNotSign(slotKey, who, { ...approval, slots }, now)
}

/** Whether an exception is somebody's: they own it or filed it, themselves or through a token or agent of theirs. */
function isTheirs(facts: ExceptionFacts, actor: Actor): boolean {
  const ids = [facts.owner.id, facts.filedBy.id, facts.filedBy.countsAsId]
  return ids.includes(actor.id) || ids.includes(actor.countsAsId)
}

/** Why a token may not act on an exception: it needs the scope, and the system (T11, T23). */
const whyNotToken = (facts: Pick<ExceptionFacts, 'system'>, actor: Actor): Refusal | null =>
  actor.token ? (whyNotTokenSystem(actor, facts.system) ?? whyNotScope(actor, 'exception:file')) : null

const holdsAnything = (facts: Pick<ExceptionFacts, 'system'>, actor: Actor, now: Date): boolean =>
  actor.kind === 'agent' || actor.grants.some((grant) => isGrantHeld(grant, facts.system, now) && grant.role !== 'auditor')

/** Why somebody may not take a filing back: its owner or whoever filed it, until it is decided. */
export function whyNotWithdrawException(facts: ExceptionFacts, actor: Actor, now: Date): Refusal | null {
  if (facts.status !== 'filed')
    return refuse('wrong_state', `${facts.id} is ${stateInWords(facts, now)}, so there is nothing to withdraw. What runs is closed.`)
  const token = whyNotToken(facts, actor)
  if (token) return token
  if (isTheirs(facts, actor) && holdsAnything(facts, actor, now)) return null
  return refuse('not_allowed', `${facts.id} is withdrawn by ${whose(facts)}. Whoever may approve it may decline it.`)
}

/** Why somebody may not ask for more time: its owner, whoever filed it or a Release Manager, to a later end that a tier of the policy lasts to. */
export function whyNotExtendException(facts: ExceptionFacts, actor: Actor, until: Date, now: Date): Refusal | null {
  if (facts.status !== 'approved')
    return refuse(
      'wrong_state',
      facts.status === 'filed'
        ? `${facts.id} waits for its approval. Withdraw it and file it again with the later end.`
        : `${facts.id} is ${stateInWords(facts, now)}. What deviates again is filed again.`,
    )
  const token = whyNotToken(facts, actor)
  if (token) return token
  if (!mayKeep(facts, actor, now))
    return refuse('not_allowed', `More time for ${facts.id} is asked for by ${whose(facts)} or a Release Manager of ${facts.systemName}.`)
  if (facts.asked)
    return refuse('conflict', `More time for ${facts.id} is asked for already, until ${instantInWords(facts.asked.until)}.`, {
      place: 'until',
    })
  if (until <= facts.endsAt)
    return refuse('invalid', `It ends ${instantInWords(facts.endsAt)} already. Give a later end.`, { place: 'until' })
  return whyNotEnd(facts.startsAt, until, now) ?? whyNoTier(facts.policy.policy, facts.ref, facts.startsAt, until)
}

/** The tier that an extension to an end takes: of the whole time from the start, so that no chain of extensions slips under a tier. */
export function extensionTier(
  facts: Pick<ExceptionFacts, 'policy' | 'ref' | 'productionLike' | 'startsAt'>,
  until: Date,
): PolicyTier | null {
  return tierFor(facts.policy.policy, facts.ref, facts.productionLike, facts.startsAt, until)?.tier ?? null
}

/** Why somebody may not take back what they asked: an extension that waits, by who asked for it, the owner or whoever filed. */
export function whyNotWithdrawExtension(facts: ExceptionFacts, actor: Actor, now: Date): Refusal | null {
  if (facts.status !== 'approved' || !facts.asked)
    return refuse('wrong_state', `No extension of ${facts.id} waits for a decision: it is ${stateInWords(facts, now)}.`)
  const token = whyNotToken(facts, actor)
  if (token) return token
  const asked = facts.sealed?.text.askedBy === actor.id || facts.sealed?.requester.id === actor.countsAsId
  if ((asked || isTheirs(facts, actor)) && holdsAnything(facts, actor, now)) return null
  return refuse('not_allowed', `The extension of ${facts.id} is withdrawn by whoever asked for it, or by ${whose(facts)}.`)
}

/** Who may make a condition: whoever the tier asks to sign, and Release Managers and SecOps; a person, and not who filed or owns it. */
export function conditionRoles(facts: Pick<ExceptionFacts, 'tier' | 'asked'>): Role[] {
  const slots = [...facts.tier.slots, ...(facts.asked?.tier.slots ?? [])]
  return [...new Set<Role>([...slots.flatMap(({ roles }) => roles), 'release_manager', 'secops'])]
}

/** Why somebody may not make a condition of an exception that is filed or running. A condition only narrows, so that it voids no signature. */
export function whyNotAddCondition(facts: ExceptionFacts, actor: Actor, now: Date): Refusal | null {
  if (facts.status !== 'filed' && facts.status !== 'approved')
    return refuse('wrong_state', `${facts.id} is ${stateInWords(facts, now)}, so no condition can be made of it.`)
  if (actor.kind !== 'person') return refuse('not_allowed', 'A person makes a condition, in the browser. Software does not.')
  const roles = conditionRoles(facts)
  if (!holdsAny(actor, roles, facts.system, now))
    return refuse('not_allowed', `Conditions of ${facts.id} are made by ${listOfTitles(roles)} of ${facts.systemName}.`)
  const own = exceptionApproval(facts, now).ownActs.get(actor.id)
  if (own !== undefined) return refuse('separation_of_duties', `You ${own}. Somebody else makes its conditions.`)
  return whyTooManyConditions(facts, 1)
}

/** Why no more conditions fit; null when they do. */
export function whyTooManyConditions(facts: Pick<ExceptionFacts, 'id' | 'conditions'>, more: number): Refusal | null {
  if (facts.conditions.length + more <= MAX_CONDITIONS) return null
  return refuse('invalid', `${facts.id} would have more than ${MAX_CONDITIONS} conditions. Put several into one.`, { place: 'conditions' })
}

/** What is brought to close an exception: a link, or an observation that was looked up and what the facts say of the rule. */
export type ClosingEvidence = {
  link: string | null
  observation: { id: string; system: string; profile: string; recordedAt: Date } | null
  /** Whether the facts reported since say that the rule is met; false too where nobody reported it. */
  isMet: boolean
}

/** Who closes: its owner, or a Release Manager of the system. */
export function whyNotCloser(
  facts: Pick<ExceptionFacts, 'id' | 'system' | 'systemName' | 'status' | 'endsAt' | 'owner'>,
  actor: Actor,
  now: Date,
): Refusal | null {
  if (facts.status !== 'approved')
    return refuse(
      'wrong_state',
      facts.status === 'filed'
        ? `${facts.id} is not approved yet. Its owner or whoever filed it withdraws it.`
        : `${facts.id} is ${stateInWords(facts, now)}, so there is nothing to close.`,
    )
  const token = whyNotToken(facts, actor)
  if (token) return token
  const isOwner = [actor.id, actor.countsAsId].includes(facts.owner.id) && holdsAnything(facts, actor, now)
  if (isOwner || (actor.kind === 'person' && holdsAny(actor, ['release_manager'], facts.system, now))) return null
  return refuse('not_allowed', `${facts.id} is closed by ${facts.owner.name}, who owns it, or by a Release Manager of ${facts.systemName}.`)
}

/** Why an exception cannot be closed with this: it takes a link, or an observation made after the filing in which the rule is met. */
export function whyNotClose(facts: ExceptionFacts, actor: Actor, evidence: ClosingEvidence, now: Date): Refusal | null {
  return whyNotCloser(facts, actor, now) ?? whyNotEvidence(facts, evidence)
}

function whyNotEvidence(facts: ExceptionFacts, { link, observation, isMet }: ClosingEvidence): Refusal | null {
  if (!observation) {
    return link
      ? null
      : refuse(
          'policy_forbids',
          'Closing takes evidence: a link to what shows that it is fixed, or an observation in which the rule is met.',
          {
            place: 'link',
          },
        )
  }
  const place = { place: 'observation' }
  if (observation.system !== facts.system || observation.profile !== facts.profile)
    return refuse('not_found', `There is no such observation of ${facts.systemName} ${facts.profileName}.`, place)
  if (observation.recordedAt <= facts.filedAt)
    return refuse(
      'policy_forbids',
      `That observation is from before ${facts.id} was filed. A later one has to show that it is fixed.`,
      place,
    )
  if (!isMet)
    return refuse(
      'policy_forbids',
      `What ${facts.profileName} reported does not show that ${facts.ref.title} is as the policy says. Report it again once it is mended, or link to what shows it.`,
      place,
    )
  return null
}

/** Whether somebody keeps an exception going: it is theirs, or they are a Release Manager of the system. */
function mayKeep(facts: ExceptionFacts, actor: Actor, now: Date): boolean {
  if (isTheirs(facts, actor) && holdsAnything(facts, actor, now)) return true
  return actor.kind === 'person' && holdsAny(actor, ['release_manager'], facts.system, now)
}

function whose({ owner, filedBy }: ExceptionFacts): string {
  return owner.id === filedBy.id ? `${owner.name}, who filed it` : `${owner.name}, who owns it, or ${filedBy.name}, who filed it`
}

const ended = (text: string): string => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`)
