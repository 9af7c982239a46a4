import {
  type ApprovalFacts,
  type ApprovalSlot,
  type Candidate,
  isFullyApproved,
  openSlots,
  type StandingSignOff,
  whyNotFillable,
  whyNotSign,
} from './approval'
import { type Actor, holdsAny, type Named } from './context'
import type { Debt } from './debt'
import { type Dossier, dossierException, dossierFinding, dossierGate, movedInputs } from './dossier'
import type { EmergencyFacts } from './emergency'
import type { ExceptionBudget } from './exception-budget'
import { coveringIds, type JudgedGate, letsThrough } from './gate'
import type { KeyStanding } from './key-standing'
import type { Policy, PolicyEdge } from './policy/schema'
import { openDrift, type PromotionFinding, type StandingException } from './promotion-drift'
import { heldInShort, holdsOf, type NotYet, overdueKeys } from './promotion-holds'
import { type Refusal, refuse } from './refusal'
import { whyNotRight } from './rights'
import { whyNotScope } from './scopes'
import { instantInWords, listInWords } from './words'

export const PROMOTION_STATUSES = ['open', 'deployed', 'failed', 'withdrawn', 'superseded', 'rolled_back'] as const
/** What is stored; approved, held and expired are derived. */
export type PromotionStatus = (typeof PROMOTION_STATUSES)[number]

export type ReleaseFacts = {
  id: string
  version: string
  gitSha: string
  artefact: string
  buildDate: Date
  schemaBackwardCompatible: boolean | null
  bundleApprovedAt: Date | null
  registeredBy: Named
  changes: { kind: string; summary: string; reference: string | null }[]
  contributors: { identity: string; principalId: string | null; commits: number }[]
}

export type SealedFacts = { id: string; number: number; hash: string; dossier: Dossier; sealedAt: Date; sealedBy: Named | null }

/** What runs on the target profile: the newest deployment that succeeded and was not rolled back. */
export type LiveFacts = { deploymentId: string; releaseId: string; version: string; gitSha: string; buildDate: Date; since: Date }

/** All facts one promotion's rules depend on, with gates judged at the instant they were loaded for. */
export type PromotionFacts = {
  id: string
  system: { id: string; name: string }
  status: PromotionStatus
  openedAt: Date
  openedBy: Named
  window: { startsAt: Date; endsAt: Date } | null
  release: ReleaseFacts
  policy: { versionId: string; number: number; hash: string; policy: Policy; activeNumber: number }
  /** The edge as this promotion takes it: an emergency has the emergency's slots in the place of the ordinary ones. */
  edge: PolicyEdge
  emergency: EmergencyFacts | null
  /** What the target profile owes, and how old its keys are. Empty for a promotion that is over and was no emergency. */
  debts: readonly Debt[]
  keys: readonly KeyStanding[]
  targetIsProductionLike: boolean
  gates: JudgedGate[]
  baseline: { promotion: string; version: string; gitSha: string; signedAt: Date } | null
  /** Approved drift exceptions of source and target that have not ended, and open findings there. Empty for a promotion that is over and was no emergency. */
  exceptions: readonly StandingException[]
  drift: readonly PromotionFinding[]
  /** The policy's budget of open exception days; null where it has none. */
  budget: ExceptionBudget | null
  snapshot: { profile: string; digest: string; takenAt: Date } | null
  live: LiveFacts | null
  isOlderThanLive: boolean
  sealed: SealedFacts | null
  /** The number the next sealed version gets. */
  nextNumber: number
  signOffs: (StandingSignOff & { id: string; signedAt: Date })[]
  deploymentRunning: string | null
}

/** The slots of an edge as the approval engine sees them. */
export function slotsOf(edge: PolicyEdge): ApprovalSlot[] {
  return edge.signOff.slots.map((slot) => ({ key: slot.id, title: slot.title, roles: slot.roles, last: slot.order === 'last' }))
}

/** The dossier as it would be sealed now. */
export function dossierOf(facts: PromotionFacts, number: number): Dossier {
  const { release, policy, edge } = facts
  return {
    v: 1,
    promotion: facts.id,
    number,
    system: facts.system.id,
    release: {
      version: release.version,
      gitSha: release.gitSha,
      artefact: release.artefact,
      buildDate: release.buildDate.toISOString(),
      schemaBackwardCompatible: release.schemaBackwardCompatible,
      bundleApproved: release.bundleApprovedAt !== null,
    },
    edge: { id: edge.id, from: edge.from, to: edge.to },
    policy: { version: policy.number, hash: policy.hash },
    baseline: facts.baseline && { promotion: facts.baseline.promotion, version: facts.baseline.version, gitSha: facts.baseline.gitSha },
    changes: release.changes,
    contributors: release.contributors.map(({ principalId, commits }) => ({ principal: principalId, commits })),
    window: facts.window && { startsAt: facts.window.startsAt.toISOString(), endsAt: facts.window.endsAt.toISOString() },
    gates: facts.gates.filter((judged) => judged.gate.moments.includes('promotion')).map(dossierGate),
    exceptions: facts.exceptions.map(dossierException),
    rollback: {
      rule: policy.policy.rollback.text,
      snapshot: facts.snapshot && { ...facts.snapshot, takenAt: facts.snapshot.takenAt.toISOString() },
      replaces: facts.live?.version ?? null,
    },
    slots: slotsOf(edge).map(({ key, title, roles, last }) => ({ id: key, title, roles: [...roles], last })),
    ...somethingOf({
      emergency: facts.emergency && {
        incident: facts.emergency.incident.id,
        skipped: [...facts.emergency.skipped],
        reason: facts.emergency.reason?.digest ?? null,
        reviewWithin: facts.emergency.reviewWithin,
        reviewedBy: facts.emergency.ordinary.map(({ key, title }) => ({ id: key, title })),
      },
      overdueKeys: overdueKeys(facts).map(({ ownership, bornAt, dueAt, blocks }) => ({
        rule: ownership.id,
        bornAt: bornAt?.toISOString() ?? null,
        dueAt: dueAt?.toISOString() ?? null,
        blocks,
      })),
      debts: facts.debts.map(({ kind, subject, since }) => ({ kind, subject: subject.id, since: since.toISOString() })),
      drift: openDrift(facts.drift).map(dossierFinding),
      spentBudget: facts.budget && facts.budget.left <= 0 ? spentOf(facts.budget) : null,
    }),
  }
}

/** The additions to a dossier that say something. The others are left out: a dossier without them hashes as it always did. */
function somethingOf(
  more: { [Key in 'emergency' | 'overdueKeys' | 'debts' | 'drift' | 'spentBudget']: Dossier[Key] | null },
): Partial<Dossier> {
  const { emergency, overdueKeys, debts, drift, spentBudget } = more
  return {
    ...(emergency ? { emergency } : {}),
    ...(overdueKeys && overdueKeys.length > 0 ? { overdueKeys } : {}),
    ...(debts && debts.length > 0 ? { debts } : {}),
    ...(drift && drift.length > 0 ? { drift } : {}),
    ...(spentBudget ? { spentBudget } : {}),
  }
}

/** Whole days: what is spent grows with every moment, and a sealed text holds whole numbers. */
function spentOf({ days, spent, within }: ExceptionBudget): Dossier['spentBudget'] {
  return { days, spent: Math.floor(spent), within }
}

/** What the approval engine needs to know of a promotion. Without a sealed version, as if it were sealed now. */
export function approvalFacts(facts: PromotionFacts, now: Date): ApprovalFacts {
  const contributors = new Map<string, number>()
  if (facts.targetIsProductionLike && !facts.edge.signOff.contributorsMaySign) {
    for (const { principalId, commits } of facts.release.contributors) {
      if (principalId) contributors.set(principalId, (contributors.get(principalId) ?? 0) + commits)
    }
  }
  return {
    systemId: facts.system.id,
    systemName: facts.system.name,
    noun: 'this promotion',
    slots: slotsOf(facts.edge),
    ownActs: new Map([[facts.openedBy.countsAsId, 'opened this promotion']]),
    contributors,
    sealedAt: facts.sealed?.sealedAt ?? now,
    signOffs: facts.signOffs,
  }
}

/** Gates that stand in the way at a moment: blocking and neither passing, nor covered, nor skipped by an emergency. */
export function openGates(facts: Pick<PromotionFacts, 'gates'>, moment: 'opening' | 'promotion' | 'deployment'): JudgedGate[] {
  return facts.gates.filter((judged) => judged.gate.blocking && judged.gate.moments.includes(moment) && !letsThrough(judged.verdict))
}

/**
 * Which inputs of the sealed version moved; empty when it stands or nothing is sealed. Computed when read; the next write records it. What it was decided
 * on counted when its deployment started: what comes later is a fact about the release, not about that decision.
 */
export function movedOf(facts: PromotionFacts): string[] {
  if (facts.status !== 'open' || facts.deploymentRunning) return []
  return facts.sealed ? movedInputs(facts.sealed.dossier, dossierOf(facts, facts.sealed.number)) : []
}

/**
 * Where an open promotion stands, derived. `held` is a sealed version that waits: for fresh evidence, for debts or open drift of the profile, for an overdue
 * key that blocks, or because the incident of an emergency closed. `expired` is one whose window passed.
 */
export type PromotionPhase =
  | 'collecting'
  | 'ready_to_seal'
  | 'signing'
  | 'held'
  | 'voided'
  | 'approved'
  | 'expired'
  | 'deploying'
  | Exclude<PromotionStatus, 'open'>

/** Derives the phase at an instant; nothing of it is stored (domain.md, rule 2). */
export function promotionPhase(facts: PromotionFacts, now: Date): PromotionPhase {
  if (facts.status !== 'open') return facts.status
  if (facts.deploymentRunning) return 'deploying'
  const waits = openGates(facts, 'promotion').length > 0 || holdsOf(facts).length > 0
  if (!facts.sealed) return waits ? 'collecting' : 'ready_to_seal'
  if (movedOf(facts).length > 0) return 'voided'
  if (facts.window && facts.window.endsAt <= now) return 'expired'
  if (waits) return 'held'
  return isFullyApproved(slotsOf(facts.edge), facts.signOffs) ? 'approved' : 'signing'
}

/** Why a promotion cannot be worked on because it ended or its deployment runs. */
export function whyNotOpenState(facts: Pick<PromotionFacts, 'id' | 'status' | 'deploymentRunning'>): Refusal | null {
  if (facts.status !== 'open')
    return refuse(
      'wrong_state',
      `${facts.id} is ${facts.status.replace('_', ' ')}. Nothing can be decided on it any more; open a new promotion.`,
    )
  if (facts.deploymentRunning)
    return refuse('wrong_state', `${facts.deploymentRunning} has started, so ${facts.id} can no longer change. Record its result first.`)
  return null
}

/** Why somebody may not open a promotion: three roles, or a token with the scope (domain.md, roles). */
export function whyNotOpenPromotion(actor: Actor, system: { id: string; name: string }, now: Date): Refusal | null {
  return whyNotRight(
    actor,
    system,
    { roles: ['release_manager', 'dev_lead', 'engineer'], scope: 'promotion:open', what: `Promotions of ${system.name} are opened` },
    now,
  )
}

/** Why this release may not be sealed now, gates and slots included; every gap is named. */
export function whyNotSeal(facts: PromotionFacts, actor: Actor, candidates: readonly Candidate[], now: Date): Refusal | null {
  if (actor.kind !== 'person') return refuse('not_allowed', 'Sealing is a person’s act in the browser.')
  if (!holdsAny(actor, ['release_manager'], facts.system.id, now))
    return refuse('not_allowed', `Only a Release Manager of ${facts.system.name} seals a dossier.`)
  const state = whyNotOpenState(facts)
  if (state) return state
  if (facts.sealed && movedOf(facts).length === 0) {
    return refuse(
      'wrong_state',
      `Version ${facts.sealed.number} is sealed and nothing in it moved. Set another window or wait for the signatures.`,
    )
  }
  if (facts.edge.requiresApprovedBundle && !facts.release.bundleApprovedAt) {
    return refuse(
      'policy_forbids',
      `${facts.edge.to} takes approved release bundles only. A Release Manager who did not register ${facts.release.version} approves its bundle first.`,
    )
  }
  if (facts.window && facts.window.endsAt <= now)
    return refuse('outside_window', 'The window has passed. Set another one, or none, then seal.')
  const held = whyNotHeld(facts, 'Nothing is sealed')
  if (held) return held
  const open = openGates(facts, 'promotion')
  if (open.length > 0) {
    const details = open.map((judged) => `${judged.gate.title}: ${judged.sentence} Can bring it: ${judged.whoCanBring}.`)
    const all = facts.gates.filter((judged) => judged.gate.moments.includes('promotion')).length
    return refuse(
      'gate_not_passed',
      open.length === 1 ? `One gate of ${all} stands in the way.` : `${open.length} gates of ${all} stand in the way.`,
      { details },
    )
  }
  return whyNotFillable({ ...approvalFacts(facts, now), sealedAt: now, signOffs: [] }, candidates, now)
}

/** Why something waits that is neither a gate nor a slot: a closed incident, debts, drift, a key that blocks. */
function whyNotHeld(facts: PromotionFacts, what: string): Refusal | null {
  const holds = holdsOf(facts)
  if (holds.length === 0) return null
  const details = holds.map(({ sentence, who }) => (who ? `${sentence} Can move it: ${who}.` : sentence))
  const rest = [...new Set(holds.map((hold) => heldInShort(hold, facts.edge.to)))].join(' ')
  return refuse('held', `${what} while this holds. ${rest}`, { details })
}

/** Why the sealed version as such cannot take a decision now; separate from who decides. */
export function whyNotDecide(facts: PromotionFacts, sealedHash: string, now: Date): Refusal | null {
  const state = whyNotOpenState(facts)
  if (state) return state
  if (!facts.sealed) return refuse('wrong_state', `${facts.id} has no sealed version. The Release Manager seals it first.`)
  const moved = movedOf(facts)
  if (moved.length > 0) {
    return refuse(
      'stale_version',
      `Version ${facts.sealed.number} no longer stands. ${moved.join('. ')}. The Release Manager has to seal again; read the new version then.`,
      { details: moved },
    )
  }
  if (facts.sealed.hash !== sealedHash) {
    return refuse(
      'stale_version',
      `You read another version. Version ${facts.sealed.number} is the one to decide on now; compare it with what you read.`,
    )
  }
  if (facts.window && facts.window.endsAt <= now)
    return refuse('outside_window', 'The window has passed. The Release Manager sets another one and seals again.')
  return null
}

/** Why somebody may not approve in a slot now: state, hash, holds, then the approval engine; null when they may. */
export function whyNotSignPromotion(facts: PromotionFacts, slotKey: string, who: Candidate, sealedHash: string, now: Date): Refusal | null {
  const state = whyNotDecide(facts, sealedHash, now)
  if (state) return state
  const waits = whyNotHeld(facts, 'Nothing is signed')
  if (waits) return waits
  const held = openGates(facts, 'promotion')
  if (held.length > 0) {
    const details = held.map((judged) => `${judged.gate.title}: ${judged.sentence}`)
    return refuse('held', `Signing waits for fresh evidence. ${details.join(' ')}`, { details })
  }
  return whyNotSign(slotKey, who, approvalFacts(facts, now), now)
}

/** Why somebody may not decline in a slot now. Old evidence does not stop a decline. */
export function whyNotDecline(facts: PromotionFacts, slotKey: string, who: Candidate, sealedHash: string, now: Date): Refusal | null {
  // A `last` slot may decline early: whoever signs last should not have to wait to say no.
  const approval = approvalFacts(facts, now)
  return (
    whyNotDecide(facts, sealedHash, now) ??
    whyNotSign(slotKey, who, { ...approval, slots: approval.slots.map((slot) => ({ ...slot, last: false })) }, now)
  )
}

/** Why somebody may not withdraw a whole promotion. */
export function whyNotWithdraw(facts: PromotionFacts, actor: Actor, now: Date): Refusal | null {
  const state = whyNotOpenState(facts)
  if (state) return state
  // A token takes back only what it opened itself: its maker's role and other acts are not its own (T11).
  if (actor.token) {
    if (actor.id === facts.openedBy.id && whyNotScope(actor, 'promotion:open') === null) return null
  } else if (actor.countsAsId === facts.openedBy.countsAsId || holdsAny(actor, ['release_manager'], facts.system.id, now)) return null
  return refuse(
    'not_allowed',
    `${facts.id} is withdrawn by ${facts.openedBy.name}, who opened it, or by a Release Manager of ${facts.system.name}.`,
  )
}

/** Why a signature may not be withdrawn: only one's own, only until the deployment starts. */
export function whyNotWithdrawSignOff(
  facts: PromotionFacts,
  signOff: { signerId: string; withdrawnAt: Date | null },
  actor: Actor,
): Refusal | null {
  const state = whyNotOpenState(facts)
  if (state) return state
  if (signOff.signerId !== actor.id) return refuse('not_allowed', 'Only the person who signed can withdraw a signature.')
  if (signOff.withdrawnAt) return refuse('wrong_state', 'This signature is already withdrawn.')
  return null
}

/** Everything that stands between a promotion and its deployment at an instant; empty means GO. Judged again when a deployment starts. */
export function notYet(facts: PromotionFacts, now: Date): NotYet[] {
  const reasons: NotYet[] = []
  const state = whyNotOpenState(facts)
  if (state) return [{ code: state.code, sentence: state.sentence, who: null }]
  if (facts.edge.requiresApprovedBundle && !facts.release.bundleApprovedAt) {
    reasons.push({
      code: 'policy_forbids',
      sentence: `The release bundle of ${facts.release.version} is not approved.`,
      who: 'Release Manager',
    })
  }
  for (const { code, sentence, who } of holdsOf(facts)) reasons.push({ code, sentence, who })
  for (const judged of facts.gates.filter((g) => g.gate.blocking && !letsThrough(g.verdict))) {
    reasons.push({ code: 'gate_not_passed', sentence: `${judged.gate.title}: ${judged.sentence}`, who: judged.whoCanBring })
  }
  if (!facts.sealed) {
    reasons.push({ code: 'wrong_state', sentence: 'No version is sealed.', who: 'Release Manager' })
  } else {
    for (const moved of movedOf(facts))
      reasons.push({ code: 'stale_version', sentence: `${moved}; version ${facts.sealed.number} is void.`, who: 'Release Manager' })
    for (const slot of openSlots(slotsOf(facts.edge), facts.signOffs)) {
      reasons.push({ code: 'held', sentence: `${slot.title} has not signed version ${facts.sealed.number}.`, who: slot.title })
    }
  }
  if (facts.window && now < facts.window.startsAt) {
    reasons.push({ code: 'outside_window', sentence: `The window opens at ${instantInWords(facts.window.startsAt)}.`, who: null })
  }
  if (facts.window && now >= facts.window.endsAt) {
    reasons.push({
      code: 'outside_window',
      sentence: `The window closed at ${instantInWords(facts.window.endsAt)}.`,
      who: 'Release Manager',
    })
  }
  return reasons
}

/** The first-person statement that a signer confirms and that is kept with the signature; `day` formats an instant for reading. */
export function signStatement(
  facts: Pick<
    PromotionFacts,
    'system' | 'release' | 'edge' | 'window' | 'exceptions' | 'drift' | 'isOlderThanLive' | 'live' | 'emergency' | 'gates'
  >,
  who: { name: string; capacity: string; decision: 'approve' | 'decline' },
  formatWindow: (window: { startsAt: Date; endsAt: Date }) => string,
): string {
  const { emergency } = facts
  const under = emergency ? ` as an emergency during ${emergency.incident.id}` : ''
  const what = `promoting ${facts.system.name} ${facts.release.version} from ${facts.edge.from} to ${facts.edge.to}${under}`
  if (who.decision === 'decline') return `I, ${who.name}, as ${who.capacity}, decline ${what}.`
  const window = facts.window ? ` in the window ${formatWindow(facts.window)}` : ''
  const accepted = facts.exceptions.map((exception) => exception.id)
  const exceptions =
    accepted.length === 0 ? '' : ` I accept the open ${accepted.length === 1 ? 'exception' : 'exceptions'} ${listInWords(accepted)}.`
  const by = facts.gates.filter(({ gate, verdict }) => verdict === 'pass_with_exception' && gate.moments.includes('promotion'))
  const covered =
    by.length === 0
      ? ''
      : ` I know that ${by.length === 1 ? 'this gate passes' : 'these gates pass'} by an exception only: ${by.map(({ gate, exception }) => `${gate.title} (${exception ? coveringIds(exception).join(', ') : ''})`).join(', ')}.`
  const open = emergency ? openDrift(facts.drift).filter(({ severity }) => severity === 'block') : []
  const drift =
    open.length === 0 ? '' : ` I know that ${listInWords(open.map(({ id }) => id))} ${open.length === 1 ? 'is' : 'are'} open drift.`
  const older = facts.isOlderThanLive && facts.live ? ` I know that it is older than ${facts.live.version}, which runs there.` : ''
  const skipped = (emergency?.skipped ?? []).map((id) => facts.gates.find(({ gate }) => gate.id === id)?.gate.title ?? id)
  const without =
    skipped.length === 0
      ? ''
      : ` I know that ${skipped.length === 1 ? 'this gate is skipped and its evidence is' : 'these gates are skipped and their evidence is'} owed afterwards: ${skipped.join(', ')}.`
  const reviewed = emergency ? ' The ordinary signers review it afterwards.' : ''
  return `I, ${who.name}, as ${who.capacity}, approve ${what}${window}.${exceptions}${covered}${drift}${without}${reviewed}${older}`
}
