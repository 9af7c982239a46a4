import type { ApprovalSlot } from './approval'
import type { Named } from './context'
import { type EdgeGate, edgeGates, isPassing, type JudgedGate } from './gate'
import type { Policy, PolicyEdge } from './policy/schema'
import { type Refusal, refuse } from './refusal'

export const REVIEW_FINDINGS = ['accepted', 'concern'] as const
export type ReviewFinding = (typeof REVIEW_FINDINGS)[number]

/** What somebody in an ordinary slot said of an emergency promotion afterwards. `note` is null when its text was erased. */
export type EmergencyReview = { slotKey: string; role: string; finding: ReviewFinding; note: string | null; by: Named; at: Date }

/** The incident under whose cover an emergency promotion runs; open while `closedAt` is null. */
export type CoveringIncident = { id: string; title: string; severity: string; reference: string | null; closedAt: Date | null }

/** What makes a promotion an emergency one, and what was said of it afterwards. */
export type EmergencyFacts = {
  incident: CoveringIncident
  /** Gates that could not wait. Never one that the policy holds even then. */
  skipped: readonly string[]
  /** Why they could not; the sealed text names it by its digest. Null where nothing is skipped. */
  reason: { digest: string; text: string | null } | null
  /** The slots of the ordinary way: each reviews afterwards. */
  ordinary: readonly ApprovalSlot[]
  /** How long the review may take, an ISO 8601 duration of the policy. */
  reviewWithin: string
  reviews: readonly EmergencyReview[]
}

/** The edge as an emergency takes it: its emergency slots sign instead of the ordinary ones, everything else stands. Null where the policy has none. */
export function emergencyEdge(edge: PolicyEdge): PolicyEdge | null {
  return edge.emergency ? { ...edge, signOff: { ...edge.signOff, slots: edge.emergency.slots } } : null
}

/** Gates of an edge that an emergency may skip: those judged before signing or deploying, without the ones the policy holds even then. */
export function skippableGates(policy: Policy, edge: PolicyEdge): EdgeGate[] {
  if (!edge.emergency) return []
  const { neverSkip } = edge.emergency
  return edgeGates(policy, edge).filter(({ id, blocking }) => blocking && !neverSkip.includes(id))
}

/** A gate as an emergency judges it: one that is skipped and does not pass lets the release through and keeps what was found. Why stands apart (T40). */
export function skipGate(judged: JudgedGate): JudgedGate {
  const { verdict } = judged
  if (verdict === 'skipped' || isPassing(verdict)) return judged
  return {
    ...judged,
    verdict: 'skipped',
    found: verdict,
    sentence: `Skipped in the emergency. ${judged.sentence}`,
  }
}

/**
 * Why a promotion may not be opened as an emergency: the edge has no emergency slots, the incident is not an open one of this system, a gate is
 * not among those that may be skipped, or nobody said why. Null when it may (000.21, 000.23).
 */
export function whyNotEmergency(
  asked: { incident: string | undefined; skip: readonly string[]; reason: string | undefined },
  at: { policy: Policy; edge: PolicyEdge; systemName: string; incident: { closedAt: Date | null } | null },
): Refusal | null {
  const { policy, edge, systemName, incident } = at
  if (!edge.emergency)
    return refuse('policy_forbids', `The policy of ${systemName} has no emergency promotion from ${edge.from} to ${edge.to}.`, {
      place: 'emergency',
    })
  if (asked.incident === undefined)
    return refuse('invalid', 'An emergency promotion names the open incident that it is for.', { place: 'incident' })
  if (incident === null)
    return refuse('not_found', `${systemName} has no incident ${asked.incident}. Declare it first.`, { place: 'incident' })
  if (incident.closedAt !== null)
    return refuse(
      'wrong_state',
      `${asked.incident} is closed. An emergency promotion is possible only while its incident is open; open an ordinary one.`,
      { place: 'incident' },
    )
  const held = asked.skip.filter((id) => edge.emergency?.neverSkip.includes(id))
  if (held.length > 0)
    return refuse('policy_forbids', `${held.map((id) => titleOf(policy, edge, id)).join(' and ')} holds even in an emergency.`, {
      place: 'skipGates',
    })
  const known = skippableGates(policy, edge)
  const unknown = asked.skip.filter((id) => !known.some((gate) => gate.id === id))
  if (unknown.length > 0) {
    const can = known.length > 0 ? `It can skip ${known.map(({ id }) => id).join(', ')}.` : 'It can skip none.'
    return refuse('not_found', `The way from ${edge.from} to ${edge.to} has no gate ${unknown.join(' or ')} to skip. ${can}`, {
      place: 'skipGates',
    })
  }
  if (asked.skip.length > 0 && asked.reason === undefined)
    return refuse('invalid', 'Say why these gates cannot wait.', { place: 'skipReason' })
  if (asked.skip.length === 0 && asked.reason !== undefined)
    return refuse('invalid', 'No gate is named as skipped, so there is nothing to give a reason for.', { place: 'skipReason' })
  return null
}

const titleOf = (policy: Policy, edge: PolicyEdge, id: string) => edgeGates(policy, edge).find((gate) => gate.id === id)?.title ?? id
