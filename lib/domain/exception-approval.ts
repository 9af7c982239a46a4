import { type ApprovalFacts, type ApprovalSlot, openSlots } from './approval'
import type { Named } from './context'
import { type ExceptionStanding, exceptionState } from './exception'
import { exceptionSentence, spanInWords } from './exception-sentence'
import type { Policy, PolicyTier } from './policy/schema'
import type { Role } from './roles'
import type { RuleKind, RuleRef } from './rule-ref'
import { instantInWords, listInWords } from './words'

/** What is sealed and signed: exactly what deviates, since and until when, whose it is, and digests of why and how it gets fixed. Ids, never names. */
export type ExceptionText = {
  v: 1
  exception: string
  number: number
  system: string
  profile: string
  rule: string
  kind: RuleKind
  title: string
  expected: string
  observed: string
  /** Digests of texts. */
  reason: string
  remediation: string
  conditions: string[]
  finding: string | null
  owner: string
  filedBy: string
  startsAt: string
  until: string
  /** For an extension: the end it moves, and the digest of why. */
  extends: string | null
  extensionReason: string | null
  askedBy: string
  tier: string
  policy: { version: number; hash: string }
  slots: { id: string; title: string; roles: Role[]; last: boolean }[]
}

/** One approved end of an exception, with who asked for it; `sealed` is null where filing approved it. */
export type ExceptionTermFacts = {
  number: number
  tier: string
  until: Date
  askedBy: Named
  approvedAt: Date
  sealed: string | null
}

/** All that the rules of one exception depend on. Texts are null once they were taken off the record. */
export type ExceptionFacts = ExceptionStanding & {
  systemName: string
  profileName: string
  /** True for pre-production and production. */
  productionLike: boolean
  policy: { versionId: string; number: number; hash: string; policy: Policy }
  ref: RuleRef
  /** Of the end that holds, or that was first asked for. */
  tier: PolicyTier
  filedBy: Named
  filedAt: Date
  /** An extension that waits for its approval. */
  asked: { until: Date; tier: PolicyTier; reason: string | null } | null
  texts: { reason: string | null; remediation: string | null }
  /** What it was approved or filed under, oldest first. */
  conditions: { digest: string; text: string | null }[]
  history: ExceptionTermFacts[]
  closed: { by: Named; note: string | null; link: string | null; observation: string | null } | null
  /** The live sealed version: the filing, or the extension that was asked for last. */
  sealed: { id: string; number: number; hash: string; sealedAt: Date; requester: Named; text: ExceptionText } | null
  nextNumber: number
  /** Standing sign-offs on the live sealed version. */
  signOffs: (ApprovalFacts['signOffs'][number] & { signedAt: Date })[]
}

/** The slots of a tier as the approval engine sees them. */
export function exceptionSlots(tier: Pick<PolicyTier, 'slots'>): ApprovalSlot[] {
  return tier.slots.map((slot) => ({ key: slot.id, title: slot.title, roles: slot.roles, last: slot.order === 'last' }))
}

/** What waits for signatures: the filing, or an extension; null where nothing does. */
export function waitingFor(facts: Pick<ExceptionFacts, 'status' | 'asked' | 'tier' | 'endsAt'>): { tier: PolicyTier; until: Date } | null {
  if (facts.status === 'filed') return { tier: facts.tier, until: facts.endsAt }
  return facts.status === 'approved' && facts.asked ? { tier: facts.asked.tier, until: facts.asked.until } : null
}

/** What the approval engine needs to know of a filing or an extension: neither who filed it, nor who owns it or asked for more time, signs it. */
export function exceptionApproval(facts: ExceptionFacts, now: Date): ApprovalFacts {
  const waiting = waitingFor(facts)
  const requester = facts.sealed?.requester
  return {
    systemId: facts.system,
    systemName: facts.systemName,
    noun: 'this exception',
    slots: exceptionSlots(waiting?.tier ?? facts.tier),
    ownActs: new Map([
      ...(requester ? [[requester.countsAsId, `asked to extend ${facts.id}`] as const] : []),
      [facts.owner.countsAsId, `own ${facts.id}`] as const,
      [facts.filedBy.countsAsId, `filed ${facts.id}`] as const,
    ]),
    contributors: new Map(),
    sealedAt: facts.sealed?.sealedAt ?? now,
    signOffs: facts.signOffs,
  }
}

/** The one sentence about an exception as the release notes print it, with its owner's name of today. */
export function sentenceOf(
  facts: Pick<ExceptionFacts, 'ref' | 'observed' | 'startsAt' | 'endsAt' | 'owner' | 'texts' | 'expected'>,
): string {
  return exceptionSentence({
    title: facts.ref.title,
    expected: facts.expected,
    observed: facts.observed,
    startsAt: facts.startsAt,
    until: facts.endsAt,
    owner: facts.owner.name,
    ...facts.texts,
  })
}

/**
 * The first-person statement that is confirmed and kept with a decision on an exception or an extension of it. Conditions that the signer makes with the
 * signature stand in it. It names nobody but the signer: it goes when they are erased, and only then (T40).
 */
export function exceptionStatement(
  facts: Pick<
    ExceptionFacts,
    'id' | 'systemName' | 'profileName' | 'ref' | 'observed' | 'expected' | 'startsAt' | 'endsAt' | 'asked' | 'status' | 'tier'
  >,
  who: { name: string; capacity: string; decision: 'approve' | 'decline'; conditions?: readonly string[] },
): string {
  const waiting = waitingFor(facts)
  const until = waiting?.until ?? facts.endsAt
  const what = facts.asked ? `the extension of ${facts.id}` : facts.id
  const verb = who.decision === 'approve' ? 'approve' : 'decline'
  const signer = `I, ${who.name}, as ${who.capacity}, ${verb} ${what} on ${facts.systemName} ${facts.profileName}`
  const deviates = `${facts.ref.title} is ${facts.observed.replace(/[.\s]+$/, '')} where the policy says ${facts.expected.replace(/[.\s]+$/, '')}`
  if (who.decision === 'decline') return `${signer} until ${instantInWords(until)}: ${deviates}.`
  const conditions = (who.conditions ?? []).map((each) => each.replace(/[.\s]+$/, ''))
  const under = conditions.length > 0 ? ` On condition: ${conditions.join('; ')}.` : ''
  const time = `for ${spanInWords(facts.startsAt, until)}, until ${instantInWords(until)}`
  return `${signer} ${time}: ${deviates}. I did not file it and do not own it.${under}`
}

/** Where an exception stands, as one sentence that says what is next. */
export function standingInWords(facts: ExceptionFacts, now: Date): string {
  const state = exceptionState(facts, now)
  const slots = () =>
    listInWords(openSlots(exceptionSlots(waitingFor(facts)?.tier ?? facts.tier), facts.signOffs).map(({ title }) => title))
  const more = facts.asked ? ` More time, until ${instantInWords(facts.asked.until)}, waits for ${slots()}.` : ''
  switch (state) {
    case 'filed':
      return facts.endsAt <= now
        ? `The end it asked for, ${instantInWords(facts.endsAt)}, has passed and nobody approved it. Withdraw it, and file it again if it still deviates.`
        : `Waits for ${slots()}.`
    case 'running':
      return `Runs until ${instantInWords(facts.endsAt)}${facts.covers ? '' : '; recorded, and covers no gate and no binding rule'}.${more}`
    case 'overdue':
      return `Overdue since ${instantInWords(facts.endsAt)}: it holds promotions to ${facts.profileName}. Close it with what shows that it is fixed, or ask for more time.${more}`
    case 'rejected':
      return 'Declined.'
    case 'withdrawn':
      return 'Withdrawn.'
    case 'closed':
      return 'Closed.'
    default:
      return state satisfies never
  }
}
