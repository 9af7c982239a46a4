import 'server-only'
import { db } from '@/lib/db/client'
import { chosenVariant } from '@/lib/db/load-choices'
import { loadPeople } from '@/lib/db/load-people'
import { loadPromotions } from '@/lib/db/load-promotions'
import { namedSelect, toNamed } from '@/lib/db/named'
import { type Candidate, type SeparationLine, separationLines, whyNotEligible } from '@/lib/domain/approval'
import { whyNotApproveBundle } from '@/lib/domain/bundle'
import { holdsAny, readableSystems } from '@/lib/domain/context'
import { requiredSet } from '@/lib/domain/contract/evaluate'
import type { Debt } from '@/lib/domain/debt'
import { whyNotRecordDeployment } from '@/lib/domain/deployment'
import type { Dossier } from '@/lib/domain/dossier'
import { durationMs } from '@/lib/domain/duration'
import type { CoveringIncident, EmergencyReview } from '@/lib/domain/emergency'
import type { ExceptionBudget } from '@/lib/domain/exception-budget'
import { whyNotFile } from '@/lib/domain/exception-guards'
import { eligibleFor, gateCounts, type Holding, holdersOf, type Mover, whatHolds } from '@/lib/domain/holding'
import { bundleFacts } from '@/lib/domain/inbox'
import type { KeyStanding } from '@/lib/domain/key-standing'
import type { SealedWords } from '@/lib/domain/notes-exceptions'
import type { Policy, PolicyVariable } from '@/lib/domain/policy/schema'
import {
  approvalFacts,
  dossierOf,
  movedOf,
  notYet,
  type PromotionFacts,
  type PromotionPhase,
  promotionPhase,
  slotsOf,
  whyNotDecline,
  whyNotOpenState,
  whyNotSeal,
  whyNotSignPromotion,
  whyNotWithdraw,
} from '@/lib/domain/promotion'
import type { PromotionFinding } from '@/lib/domain/promotion-drift'
import { type Hold, holdsOf, type NotYet, overdueKeys } from '@/lib/domain/promotion-holds'
import { openReviews, reviewFacts, whyNotReview } from '@/lib/domain/promotion-review'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { ROLES } from '@/lib/domain/roles'
import { type EvidenceView, type GateView, gateViews } from './gate-view'
import { classOf } from './in-flight'
import { whyHeldByLog } from './log-status'
import type { ProfileView } from './promotion-card'
import { loadVersions, type VersionView } from './promotion-versions'
import { loadSealedWords } from './sealed-words'
import { getStandings, type Looker } from './system-standing'

/** One signature line: who signed, or who could, and why the viewer may not. */
export type SlotLine = {
  key: string
  title: string
  last: boolean
  signed: { id: string; name: string; at: Date; mine: boolean } | null
  /** People who could fill it; the viewer first. */
  who: Mover[]
  whyNotSign: Refusal | null
  whyNotDecline: Refusal | null
}

/** A question or an answer. `flags` later signers: it came after the seal. */
export type Question = { id: string; text: string | null; by: Mover; at: Date; sinceSeal: boolean }

/** An ordinary slot of an emergency promotion: what was said in it afterwards, or who can say it, and why the viewer may not. */
export type ReviewLine = { key: string; title: string; review: EmergencyReview | null; who: Mover[]; whyNot: Refusal | null }

/** What makes it an emergency, what it skips and why, and what was said of it afterwards. */
export type EmergencyView = {
  incident: CoveringIncident
  skipped: { id: string; title: string; owed: boolean }[]
  reason: string | null
  reviewWithin: string
  /** By when the reviews are due; null until it was deployed. */
  dueAt: Date | null
  /** Whether it owes reviews by now: it was put on its profile, or tried to be. */
  isOwing: boolean
  reviews: ReviewLine[]
}

/** All that a signer decides on, and what the viewer may do about it. */
export type PromotionDossier = {
  id: string
  system: { id: string; name: string }
  from: ProfileView
  to: ProfileView
  phase: PromotionPhase
  hold: Holding
  openedAt: Date
  openedBy: Mover
  endedAt: Date | null
  /** Why it was withdrawn, or what superseded it. */
  endReason: string | null
  /** What is shown: the sealed bytes while a version stands, else what would be sealed now (T32). */
  dossier: Dossier
  sealed: { number: number; hash: string; canonical: string; sealedAt: Date; sealedBy: string | null } | null
  moved: string[]
  policy: { number: number; hash: string; activeNumber: number; document: Policy }
  live: { version: string; since: Date; deployment: string } | null
  /** What runs where it should go, when that is not what was last signed. */
  drift: string | null
  baselineAt: Date | null
  isOlderThanLive: boolean
  commits: number
  contributors: number
  gates: GateView[]
  counts: { passed: number; total: number; covered: number; skipped: number }
  emergency: EmergencyView | null
  /** What holds besides gates and slots: a closed incident, debts of the profile, a key that blocks. */
  holds: Hold[]
  debts: readonly Debt[]
  /** Open findings of source, target and the whole system now, covered ones among them. */
  findings: readonly PromotionFinding[]
  /** What the dossier says of exceptions by id and digest only, and which of them were closed since it was sealed. */
  known: { words: SealedWords; closed: string[] }
  budget: ExceptionBudget | null
  /** Keys of the target profile past their age, and of how many nothing is recorded. */
  keys: { overdue: KeyStanding[]; unknown: number; total: number }
  /** Snapshots that evidence can be about, newest first. */
  snapshots: { profile: string; digest: string; takenAt: Date; location: string }[]
  deciders: Mover[]
  contract: { variables: PolicyVariable[]; secrets: string[] }
  discussion: Question[]
  slots: SlotLine[]
  /** The slot the viewer can sign now, with the computed lines that are kept with the signature. */
  yours: { slot: SlotLine; lines: SeparationLine[] } | null
  /** Where the viewer may not sign: the nearest reason. */
  whyNotYours: Refusal | null
  versions: VersionView[]
  notYet: NotYet[]
  /** Opening the live version for the first time is recorded for those who could decide on it. */
  isFirstOpening: boolean
  /** When each possible signer first opened the sealed version, earliest first. */
  openings: { name: string; at: Date }[]
  runningDeployment: string | null
  inputs: { id: string; title: string; required: boolean; informational: boolean }[]
  takesLabel: boolean
  may: {
    seal: Refusal | null
    setWindow: Refusal | null
    repin: Refusal | null
    approveBundle: Refusal | null
    withdraw: Refusal | null
    ask: Refusal | null
    deploy: Refusal | null
    fileException: Refusal | null
  }
  /** Who holds no role here that acts: actions fold into a line. */
  isReadOnly: boolean
  manages: boolean
}

/** The facts of one promotion that somebody may see, judged at their instant; null for one they may not see or that does not exist (T23). */
export async function findPromotion(looker: Looker, id: string): Promise<PromotionFacts | null> {
  // What is open stands among the facts that the frame has read already.
  const { standings } = await getStandings(looker)
  const open = standings.flatMap((standing) => standing.open).find((facts) => facts.id === id)
  if (open) return open
  const readable = readableSystems(looker.actor, looker.now)
  const [facts] = await loadPromotions(db, { id, ...(readable === null ? {} : { systemId: { in: readable } }) }, looker.now)
  return facts ?? null
}

/** Everything about one promotion, in a constant number of statements; null where it cannot be seen (T23). */
export async function getPromotionDossier(looker: Looker, id: string): Promise<PromotionDossier | null> {
  const { actor, now } = looker
  const facts = await findPromotion(looker, id)
  if (!facts) return null
  const { policy } = facts.policy
  const dossier = facts.sealed?.dossier ?? dossierOf(facts, facts.nextNumber)
  const [people, versions, discussion, evidence, snapshots, openings, words, row, chosen] = await Promise.all([
    loadPeople(db, [facts.system.id], now),
    loadVersions(facts.id),
    loadDiscussion(facts),
    loadEvidence(facts),
    db.snapshot.findMany({
      where: { systemId: facts.system.id },
      orderBy: [{ takenAt: 'desc' }, { id: 'desc' }],
      take: 20,
      select: { profileKey: true, digest: true, takenAt: true, location: true },
    }),
    facts.sealed
      ? db.dossierOpening.findMany({
          where: { sealedVersionId: facts.sealed.id },
          orderBy: { openedAt: 'asc' },
          take: 50,
          select: { openedAt: true, principalId: true, principal: namedSelect },
        })
      : [],
    loadSealedWords(dossier.exceptions),
    db.promotion.findUniqueOrThrow({ where: { id: facts.id }, select: { endedAt: true, endReason: true } }),
    policy.contractVariants.length > 0 ? chosenVariant(db, facts.system.id, facts.edge.to) : null,
  ])
  const manages = actor.kind === 'person' && holdsAny(actor, ['release_manager'], facts.system.id, now)
  const acting = ROLES.filter((role) => role !== 'auditor' && role !== 'admin')
  const slots = slotLines(facts, people, looker)
  const current = versions.find(({ number }) => number === facts.sealed?.number)
  return {
    id: facts.id,
    system: facts.system,
    from: { id: facts.edge.from, class: classOf(facts, facts.edge.from) },
    to: { id: facts.edge.to, class: classOf(facts, facts.edge.to) },
    phase: promotionPhase(facts, now),
    hold: whatHolds(facts, people, now),
    openedAt: facts.openedAt,
    openedBy: { name: facts.openedBy.name, kind: facts.openedBy.kind },
    endedAt: row.endedAt,
    endReason: row.endReason && (await reasonWords(row.endReason)),
    dossier,
    sealed: facts.sealed && {
      number: facts.sealed.number,
      hash: facts.sealed.hash,
      canonical: current?.canonical ?? '',
      sealedAt: facts.sealed.sealedAt,
      sealedBy: facts.sealed.sealedBy?.name ?? null,
    },
    moved: movedOf(facts),
    policy: { number: facts.policy.number, hash: facts.policy.hash, activeNumber: facts.policy.activeNumber, document: policy },
    live: facts.live && { version: facts.live.version, since: facts.live.since, deployment: facts.live.deploymentId },
    drift: driftWords(facts),
    baselineAt: facts.baseline?.signedAt ?? null,
    isOlderThanLive: facts.isOlderThanLive,
    commits: facts.release.contributors.reduce((sum, { commits }) => sum + commits, 0),
    contributors: facts.release.contributors.length,
    gates: gateViews(facts, facts.sealed?.dossier ?? null, evidence, people, looker),
    counts: gateCounts(facts),
    emergency: emergencyView(facts, people, looker, row.endedAt),
    holds: holdsOf(facts),
    debts: facts.debts,
    findings: facts.drift,
    known: { words, closed: closedSince(facts, dossier) },
    budget: facts.budget,
    keys: { overdue: overdueKeys(facts), unknown: facts.keys.filter(({ state }) => state === 'unknown').length, total: facts.keys.length },
    snapshots: snapshots.map(({ profileKey, ...rest }) => ({ profile: profileKey, ...rest })),
    deciders: holdersOf(people, policy.rollback.decidedBy, facts.system.id, now),
    contract: {
      variables: contractOf(policy, facts.edge.to, chosen?.variant ?? null),
      secrets: policy.secrets.mappings.map(({ variable }) => variable),
    },
    discussion,
    slots,
    ...yourSlot(facts, slots, looker),
    versions,
    openings: openings.map(({ openedAt, principal }) => ({ name: toNamed(principal).name, at: openedAt })),
    notYet: notYet(facts, now),
    isFirstOpening:
      facts.sealed !== null &&
      openings.every(({ principalId }) => principalId !== actor.id) &&
      facts.status === 'open' &&
      slots.some((slot) => slot.whyNotDecline === null),
    runningDeployment: facts.deploymentRunning,
    inputs: policy.deployment.allowedInputs
      .filter(({ profiles, kind }) => kind !== 'label' && (profiles === undefined || profiles.includes(facts.edge.to)))
      .map(({ id: input, title, required, informational }) => ({ id: input, title, required, informational })),
    takesLabel: policy.deployment.targetIdentity?.labelInput !== undefined,
    may: mayOf(facts, people, looker, manages, await whyHeldByLog(looker, facts.targetIsProductionLike)),
    isReadOnly: !holdsAny(actor, acting, facts.system.id, now),
    manages,
  }
}

/** Exceptions of a sealed version that were closed since: an addendum, which voids nothing. Of what is over nothing is known any more. */
export function closedSince(facts: PromotionFacts, { exceptions }: Dossier): string[] {
  if (facts.status !== 'open') return []
  return exceptions.flatMap(({ id }) => (facts.exceptions.some((each) => each.id === id) ? [] : [id]))
}

/** An emergency promotion as its page shows it; null for an ordinary one. */
export function emergencyView(
  facts: PromotionFacts,
  people: readonly Candidate[],
  { actor, now }: Looker,
  endedAt: Date | null,
): EmergencyView | null {
  const { emergency } = facts
  if (!emergency) return null
  const owed = facts.debts.filter(({ subject }) => subject.id === facts.id)
  const open = openReviews(facts)
  const isOwing = ['deployed', 'failed', 'rolled_back'].includes(facts.status)
  const approval = reviewFacts(facts, now)
  return {
    incident: emergency.incident,
    skipped: emergency.skipped.map((id) => {
      const title = facts.gates.find(({ gate }) => gate.id === id)?.gate.title ?? id
      return { id, title, owed: owed.some((debt) => debt.kind === 'skipped_gate' && debt.what === title) }
    }),
    reason: emergency.reason && (emergency.reason.text ?? 'The text was erased.'),
    reviewWithin: emergency.reviewWithin,
    dueAt:
      owed.find(({ kind }) => kind === 'emergency_review')?.dueAt ??
      (isOwing && endedAt ? new Date(endedAt.getTime() + durationMs(emergency.reviewWithin)) : null),
    isOwing,
    reviews: emergency.ordinary.map((slot) => ({
      key: slot.key,
      title: slot.title,
      review: emergency.reviews.find(({ slotKey }) => slotKey === slot.key) ?? null,
      who: open.some(({ key }) => key === slot.key)
        ? people
            .filter((who) => !emergency.reviews.some(({ by }) => by.id === who.id) && whyNotEligible(slot, who, approval, now) === null)
            .map(({ name }) => ({ name, kind: 'person' as const }))
        : [],
      whyNot: whyNotReview(facts, slot.key, actor, now),
    })),
  }
}

function mayOf(
  facts: PromotionFacts,
  people: readonly Candidate[],
  { actor, now }: Looker,
  manages: boolean,
  held: Refusal | null,
): PromotionDossier['may'] {
  const onlyManager = (what: string) => (manages ? null : refuse('not_allowed', `Only a Release Manager of ${facts.system.name} ${what}.`))
  const reasons = notYet(facts, now)
  const authority =
    reasons.length === 0
      ? null
      : refuse('held', 'This deployment may not start yet.', {
          details: reasons.map(({ sentence, who }) => (who ? `${sentence} ${who} can move it.` : sentence)),
        })
  return {
    seal: whyNotSeal(facts, actor, people, now) ?? held,
    setWindow: onlyManager('sets the window') ?? whyNotOpenState(facts),
    repin: onlyManager('pins a promotion to another policy version') ?? whyNotOpenState(facts),
    approveBundle: whyNotApproveBundle(bundleFacts(facts), actor, facts.system, now),
    withdraw: whyNotWithdraw(facts, actor, now),
    ask:
      actor.kind === 'person' &&
      holdsAny(
        actor,
        ROLES.filter((role) => role !== 'auditor' && role !== 'admin'),
        facts.system.id,
        now,
      )
        ? null
        : refuse('not_allowed', 'The discussion is for people who work on the system; auditors and admins only read it.'),
    deploy: whyNotRecordDeployment(actor, facts.system, now) ?? authority ?? held,
    fileException: whyNotFile(actor, facts.system, now),
  }
}

function slotLines(facts: PromotionFacts, people: readonly Candidate[], { actor, now }: Looker): SlotLine[] {
  const hash = facts.sealed?.hash ?? ''
  return slotsOf(facts.edge).map((slot) => {
    const signed = facts.signOffs.find(({ slotKey, decision }) => slotKey === slot.key && decision === 'approve')
    const who = eligibleFor(slot, facts, people, now)
    return {
      key: slot.key,
      title: slot.title,
      last: slot.last,
      signed: signed ? { id: signed.id, name: signed.signerName, at: signed.signedAt, mine: signed.signerId === actor.id } : null,
      who: [...who.filter(({ name }) => name === actor.name), ...who.filter(({ name }) => name !== actor.name)],
      whyNotSign: whyNotSignPromotion(facts, slot.key, actor, hash, now),
      whyNotDecline: whyNotDecline(facts, slot.key, actor, hash, now),
    }
  })
}

/** The slot somebody may sign now with its separation lines, or the nearest reason why none. */
function yourSlot(
  facts: PromotionFacts,
  slots: readonly SlotLine[],
  { actor, now }: Looker,
): Pick<PromotionDossier, 'yours' | 'whyNotYours'> {
  const slot =
    slots.find(({ whyNotSign }) => whyNotSign === null) ?? slots.find((each) => each.whyNotDecline === null && each.signed === null)
  const rule = slot && slotsOf(facts.edge).find(({ key }) => key === slot.key)
  if (!slot || !rule) {
    // A reason about a slot whose role they hold says more than "a role you do not hold".
    const reasons = slots.filter(({ signed }) => !signed).map(({ whyNotSign }) => whyNotSign)
    return { yours: null, whyNotYours: reasons.find((why) => why && why.code !== 'not_allowed') ?? reasons.find((why) => why) ?? null }
  }
  const brought = facts.gates.filter(({ evidence }) => evidence?.broughtBy.id === actor.id).length
  const commits = facts.release.contributors.reduce((sum, contributor) => sum + contributor.commits, 0)
  return {
    yours: {
      slot,
      lines: separationLines(rule, actor, approvalFacts(facts, now), now, {
        commits,
        brought,
        sealed: facts.sealed?.sealedBy?.id === actor.id,
      }),
    },
    whyNotYours: slot.whyNotSign,
  }
}

function driftWords(facts: PromotionFacts): string | null {
  if (!facts.live || !facts.baseline || facts.live.version === facts.baseline.version) return null
  return `${facts.edge.to} runs ${facts.live.version}, not ${facts.baseline.version}, which was last signed.`
}

/** What the target has to have, by the set of variables that was chosen for it (001.12). */
function contractOf(policy: Policy, profile: string, variant: string | null): PolicyVariable[] {
  const names = requiredSet(policy, profile, variant)
  return policy.variables.filter(({ name }) => names.has(name))
}

async function reasonWords(reason: string): Promise<string | null> {
  if (!/^[0-9a-f]{64}$/.test(reason)) return reason // the id of what superseded it
  return (await db.auditText.findUnique({ where: { digest: reason } }))?.body ?? 'The text was erased.'
}

async function loadDiscussion(facts: PromotionFacts): Promise<Question[]> {
  const rows = await db.$queryRaw<{ id: string; body: string | null; askedAt: Date; name: string; kind: Mover['kind'] }[]>`
    SELECT q.id, t.body, q."askedAt", p.kind, coalesce(n.name, p.label, 'Somebody erased') AS name
    FROM "Question" q JOIN "Principal" p ON p.id = q."askedById" LEFT JOIN "Person" n ON n."principalId" = p.id LEFT JOIN audit.text_body t ON t.digest = q.text
    WHERE q."promotionId" = ${facts.id} ORDER BY q."askedAt", q.id`
  return rows.map(({ body, name, kind, askedAt, id }) => ({
    id,
    text: body,
    by: { name, kind },
    at: askedAt,
    sinceSeal: facts.sealed !== null && askedAt > facts.sealed.sealedAt,
  }))
}

async function loadEvidence(facts: PromotionFacts): Promise<Map<string, EvidenceView>> {
  const ids = [
    ...facts.gates.map(({ evidence }) => evidence?.id),
    ...(facts.sealed?.dossier.gates ?? []).map(({ evidence }) => evidence),
  ].filter((each) => typeof each === 'string')
  const rows = await db.evidence.findMany({
    where: { id: { in: [...new Set(ids)] }, systemId: facts.system.id },
    include: { broughtBy: namedSelect },
  })
  return new Map(
    rows.map((row) => {
      const { id, name, kind } = toNamed(row.broughtBy)
      const { summary, command, exitCode, ranOn, link, claimedAt, recordedAt } = row
      return [
        row.id,
        {
          id: row.id,
          verdict: row.verdict as EvidenceView['verdict'],
          summary,
          command,
          exitCode,
          ranOn,
          link,
          claimedAt,
          recordedAt,
          by: { id, name, kind },
        },
      ]
    }),
  )
}
