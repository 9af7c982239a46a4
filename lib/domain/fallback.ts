import { type ApprovalFacts, type ApprovalSlot, openSlots } from './approval'
import type { Named } from './context'
import { formatDuration } from './duration'
import { type FallbackRule, inWords } from './fallback-rule'
import type { IncidentFacts } from './incident'
import type { Policy, PolicyFallback } from './policy/schema'
import type { Role } from './roles'
import { instantInWords, listInWords } from './words'

export const FALLBACK_PURPOSES = ['local-development', 'break-glass-testing', 'break-glass'] as const satisfies PolicyFallback['purposes']
export type FallbackPurpose = (typeof FALLBACK_PURPOSES)[number]

/** What is stored; open, ended and the rest are derived. */
export type FallbackStatus = 'requested' | 'granted' | 'refused' | 'withdrawn'

export const FALLBACK_PHASES = ['requested', 'refused', 'withdrawn', 'open', 'ended', 'cleaned_up', 'reviewed'] as const
/** Where a fallback use stands at an instant (domain.md, life cycles). */
export type FallbackPhase = (typeof FALLBACK_PHASES)[number]

/** The slot for which a commander steps up to open their own request; no slot of a policy can be called that. */
export const OWN_REQUEST_SLOT = 'OWN_REQUEST'

/** The instants and acts a phase is derived from. */
export type FallbackLife = {
  status: FallbackStatus
  expiresAt: Date | null
  returnedAt: Date | null
  cleanedUpAt: Date | null
  reviewedAt: Date | null
}

/** What is sealed and signed: exactly what is allowed, until when and why. Ids and digests only. */
export type FallbackText = {
  v: 1
  fallback: string
  number: number
  system: string
  profile: string
  rule: string
  secrets: string[]
  purpose: FallbackPurpose
  ticket: string | null
  incident: string | null
  /** Digest of the reason. */
  reason: string
  until: string
  /** For an extension: the end it moves. */
  extends: string | null
  askedBy: string
  maxDuration: string
  policy: { version: number; hash: string }
  slots: { id: string; title: string; roles: Role[]; last: boolean }[]
}

/** All that the rules of one fallback use depend on. */
export type FallbackFacts = FallbackLife & {
  id: string
  system: { id: string; name: string }
  rule: FallbackRule
  policy: { versionId: string; number: number; hash: string; policy: Policy }
  /** Ids of the mappings whose files are allowed. */
  mappings: string[]
  purpose: FallbackPurpose
  /** Null once it was taken off the record. */
  reason: string | null
  ticket: string | null
  incident: Pick<IncidentFacts, 'id' | 'title' | 'severity' | 'closed' | 'system'> | null
  askedBy: Named
  askedAt: Date
  askedUntil: Date
  ownRequest: boolean
  grantedAt: Date | null
  extensions: number
  returnedBy: Named | null
  cleanedUpBy: Named | null
  cleanUpNote: string | null
  cleanUpLink: string | null
  exposed: boolean | null
  reviewedBy: Named | null
  reviewFinding: 'accepted' | 'concern' | null
  reviewNote: string | null
  /** The live sealed version: the request, or the extension that was asked for last. */
  sealed: { id: string; number: number; hash: string; sealedAt: Date; requester: Named; text: FallbackText } | null
  nextNumber: number
  /** Standing sign-offs on the live sealed version. */
  signOffs: ApprovalFacts['signOffs'][number][]
  /** Everybody who granted it or an extension of it. */
  granters: { id: string; name: string }[]
  /** Another use under the same rule that a commander opened alone and nobody reviewed yet. */
  unreviewedOwn: string | null
}

/** The slots of a rule as the approval engine sees them. */
export function fallbackSlots(rule: FallbackRule): ApprovalSlot[] {
  return rule.fallback.slots.map((slot) => ({ key: slot.id, title: slot.title, roles: slot.roles, last: slot.order === 'last' }))
}

/** When and how a granted use ended; null while it runs, or when it never did. Only expiry is judged by the clock: it is judged when read. */
export function fallbackEnd(
  use: Pick<FallbackLife, 'status' | 'expiresAt' | 'returnedAt'>,
  now: Date,
): { at: Date; how: 'expired' | 'returned' } | null {
  if (use.status !== 'granted' || use.expiresAt === null) return null
  if (use.returnedAt) return { at: use.returnedAt, how: 'returned' }
  return use.expiresAt <= now ? { at: use.expiresAt, how: 'expired' } : null
}

/** Where a use stands at an instant: one answer for every reader, API and screen and debt alike. */
export function fallbackPhase(use: FallbackLife, now: Date): FallbackPhase {
  if (use.status !== 'granted') return use.status
  if (use.reviewedAt) return 'reviewed'
  if (use.cleanedUpAt) return 'cleaned_up'
  return fallbackEnd(use, now) ? 'ended' : 'open'
}

/** Why a request can no longer be granted although nobody decided on it: its end passed, or its incident closed. */
export function lapsedBecause(facts: Pick<FallbackFacts, 'id' | 'status' | 'askedUntil' | 'incident'>, now: Date): string | null {
  if (facts.status !== 'requested') return null
  if (facts.askedUntil <= now) return `The end that ${facts.id} asked for, ${instantInWords(facts.askedUntil)}, has passed.`
  return facts.incident?.closed ? `${facts.incident.id}, for which ${facts.id} was asked, is closed.` : null
}

/** Whether an extension waits for its second person. */
export function isExtensionAsked(facts: FallbackFacts, now: Date): boolean {
  return fallbackPhase(facts, now) === 'open' && facts.extensions === 0 && facts.sealed !== null && facts.sealed.text.extends !== null
}

/** Who may review: the roles that grant, and SecOps. Who of them acted on it themselves may not (domain.md, what always holds, 7). */
export function reviewRoles(rule: Pick<FallbackRule, 'fallback'>): Role[] {
  return [...new Set<Role>([...rule.fallback.slots.flatMap(({ roles }) => roles), 'secops'])]
}

/** Whether a second person has to review it: after a commander's own request always, else where the rule says by when. */
export function needsReview(use: { ownRequest: boolean; rule: Pick<FallbackRule, 'fallback'> }): boolean {
  return use.ownRequest || use.rule.fallback.reviewWithin !== undefined
}

/** What the approval engine needs to know of a request or an extension. */
export function fallbackApproval(facts: FallbackFacts, now: Date): ApprovalFacts {
  const requester = facts.sealed?.requester
  return {
    systemId: facts.system.id,
    systemName: facts.system.name,
    noun: 'this request',
    slots: fallbackSlots(facts.rule),
    ownActs: new Map([
      ...(requester ? [[requester.countsAsId, `asked to extend ${facts.id}`] as const] : []),
      [facts.askedBy.countsAsId, `asked for ${facts.id}`] as const,
    ]),
    contributors: new Map(),
    sealedAt: facts.sealed?.sealedAt ?? now,
    signOffs: facts.signOffs,
  }
}

/** What may be read from disk, or what else is allowed, of this very use in words. */
export function allowsInWords(facts: Pick<FallbackFacts, 'rule' | 'mappings'>): string {
  if (facts.rule.kind === 'break_glass') return facts.rule.allows
  return inWords(facts.rule.mappings.filter(({ id }) => facts.mappings.includes(id))).allows
}

/** The phase as the middle of a sentence: "open until 21 Nov 2026, 18:00 UTC". */
export function phaseInWords(facts: FallbackLife & { exposed?: boolean | null }, now: Date): string {
  const phase = fallbackPhase(facts, now)
  switch (phase) {
    case 'requested':
      return 'asked for and not decided'
    case 'refused':
      return 'refused'
    case 'withdrawn':
      return 'withdrawn'
    case 'open':
      return `open until ${facts.expiresAt ? instantInWords(facts.expiresAt) : 'it is closed'}`
    case 'ended': {
      const end = fallbackEnd(facts, now)
      return end ? `${end.how === 'expired' ? 'expired' : 'closed'} since ${instantInWords(end.at)} and not cleaned up` : 'ended'
    }
    case 'cleaned_up':
      return 'cleaned up'
    case 'reviewed':
      return 'reviewed'
    default:
      return phase satisfies never
  }
}

/** Where a use stands, as one sentence that says what is next. */
export function fallbackSentence(facts: FallbackFacts, now: Date): string {
  const phase = fallbackPhase(facts, now)
  if (phase === 'requested') {
    const lapsed = lapsedBecause(facts, now)
    if (lapsed) return lapsed
    return `Waits for ${listInWords(openSlots(fallbackSlots(facts.rule), facts.signOffs).map(({ title }) => title))}.`
  }
  if (phase === 'open') {
    const asked = isExtensionAsked(facts, now)
      ? ` An extension to ${instantInWords(new Date(facts.sealed?.text.until ?? 0))} waits for a second person.`
      : ''
    return `Open until ${instantInWords(facts.expiresAt as Date)}, then it closes by itself.${asked}`
  }
  if (phase === 'ended') return `${facts.returnedAt ? 'Closed' : 'Expired'}. ${facts.rule.fallback.cleanUp.text}`
  if (phase === 'cleaned_up') return needsReview(facts) ? 'Cleaned up. A second person reviews it.' : 'Cleaned up.'
  if (phase === 'reviewed') return facts.reviewFinding === 'concern' ? 'Reviewed, with a concern.' : 'Reviewed and accepted.'
  return phase === 'refused' ? 'Refused.' : 'Withdrawn.'
}

/** The first-person statement that is confirmed and kept with a decision on a request or an extension. */
export function fallbackStatement(
  facts: Pick<FallbackFacts, 'id' | 'system' | 'rule' | 'mappings' | 'incident' | 'ticket' | 'sealed' | 'askedBy'>,
  who: { name: string | null; capacity: string; decision: 'approve' | 'decline' },
): string {
  const until = facts.sealed ? ` until ${instantInWords(new Date(facts.sealed.text.until))} at the latest` : ''
  const under = [facts.incident?.id, facts.ticket].filter((word) => word !== undefined && word !== null)
  const where = `on ${facts.system.name} ${facts.rule.profile.name}${until}${under.length > 0 ? ` for ${listInWords(under as string[])}` : ''}`
  const what = allowsInWords(facts).replace(/^./, (letter) => letter.toLowerCase())
  const asked = facts.sealed?.text.extends ? `the extension of ${facts.id}` : `what ${facts.id} asks for`
  const signer = who.name === null ? `I, as ${who.capacity},` : `I, ${who.name}, as ${who.capacity},`
  return who.decision === 'decline' ? `${signer} refuse ${asked} ${where}.` : `${signer} allow ${asked} ${where}: ${what}`
}

/** The statement of a commander who opens their own request; it names the debt, and nobody: it lies with no signature that goes when they are erased (T40). */
export function ownRequestStatement(facts: Parameters<typeof fallbackStatement>[0]): string {
  const { reviewWithin } = facts.rule.fallback
  const within = reviewWithin ? ` within ${formatDuration(reviewWithin)}` : ''
  const said = fallbackStatement(facts, { name: null, capacity: 'incident commander', decision: 'approve' })
  return `${said} I asked for it myself; a second person reviews it${within}.`
}
