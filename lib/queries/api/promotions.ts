import 'server-only'
import { db } from '@/lib/db/client'
import { loadPromotions } from '@/lib/db/load-promotions'
import { movedOf, notYet, type PromotionFacts, type PromotionStatus, promotionPhase, slotsOf } from '@/lib/domain/promotion'
import { overdueKeys } from '@/lib/domain/promotion-holds'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Looker } from '../system-standing'
import { behind, type Slice, systemFilter, toWho, whoSelect } from './slice'

const windowOf = (startsAt: Date | null, endsAt: Date | null) => (startsAt && endsAt ? { startsAt, endsAt } : null)

/** Promotions that somebody may see, the newest opened first. Phases are not among it: they are judged when one promotion is read. */
export async function listPromotions(looker: Looker, filter: { system?: string; status?: PromotionStatus; to?: string }, slice: Slice) {
  const rows = await db.promotion.findMany({
    where: { ...systemFilter(looker, filter.system), status: filter.status, toKey: filter.to, ...behind('openedAt', slice.after) },
    orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: {
      id: true,
      systemId: true,
      fromKey: true,
      toKey: true,
      status: true,
      windowStartsAt: true,
      windowEndsAt: true,
      openedAt: true,
      endedAt: true,
      incidentId: true,
      skippedGates: true,
      release: { select: { version: true } },
      version: { select: { number: true, hash: true } },
      openedBy: whoSelect,
      sealed: { where: { subject: 'promotion', endedAt: null }, select: { number: true, hash: true } },
    },
  })
  return rows.map(
    ({
      id,
      systemId,
      fromKey,
      toKey,
      status,
      windowStartsAt,
      windowEndsAt,
      openedAt,
      endedAt,
      incidentId,
      skippedGates,
      release,
      version,
      openedBy,
      sealed,
    }) => ({
      id,
      system: systemId,
      version: release.version,
      from: fromKey,
      to: toKey,
      status,
      window: windowOf(windowStartsAt, windowEndsAt),
      policy: version,
      sealed: sealed[0] ?? null,
      openedBy: toWho(openedBy),
      openedAt,
      endedAt,
      emergency: incidentId === null ? null : { incident: incidentId, skipped: skippedGates },
    }),
  )
}

/** One promotion with everything its rules depend on, judged at the looker's instant. Refuses `not_found` alike for unseen and unknown (T23). */
export async function getPromotion(looker: Looker, id: string) {
  const [facts] = await loadPromotions(db, { id, ...systemFilter(looker, undefined) }, looker.now)
  if (!facts) throw new Refused(refuse('not_found', `There is no promotion ${id} that you can see.`, { place: 'promotion' }))
  return toAnswer(facts, looker.now)
}

function toAnswer(facts: PromotionFacts, now: Date) {
  const { release, policy, sealed } = facts
  const moved = movedOf(facts)
  const { id, name, kind } = facts.openedBy
  return {
    id: facts.id,
    system: facts.system.id,
    release: { version: release.version, gitSha: release.gitSha, artefact: release.artefact },
    from: facts.edge.from,
    to: facts.edge.to,
    status: facts.status,
    phase: promotionPhase(facts, now),
    reasons: notYet(facts, now),
    window: facts.window,
    policy: { number: policy.number, hash: policy.hash, active: policy.activeNumber },
    openedBy: { id, name, kind },
    openedAt: facts.openedAt,
    emergency: facts.emergency && {
      incident: facts.emergency.incident.id,
      open: facts.emergency.incident.closedAt === null,
      skipped: [...facts.emergency.skipped],
      reason: facts.emergency.reason?.text ?? null,
      reviewWithin: facts.emergency.reviewWithin,
      reviews: facts.emergency.ordinary.map(({ key, title }) => {
        const review = facts.emergency?.reviews.find(({ slotKey }) => slotKey === key)
        return { slot: key, title, finding: review?.finding ?? null, by: review?.by.name ?? null, at: review?.at ?? null }
      }),
    },
    debts: facts.debts.map(({ kind, subject, sentence, who, dueAt, overdue }) => ({
      kind,
      subject: subject.id,
      sentence,
      who,
      dueAt,
      overdue,
    })),
    overdueKeys: overdueKeys(facts).map(({ ownership, title, sentence, bornAt, dueAt, blocks }) => ({
      rule: ownership.id,
      title,
      sentence,
      bornAt,
      dueAt,
      blocks,
    })),
    exceptions: facts.exceptions.map(({ id: exception, profile, rule, sentence, startsAt, endsAt, owner, state }) => ({
      id: exception,
      profile,
      rule,
      sentence,
      startsAt,
      endsAt,
      owner: owner.name,
      state,
    })),
    drift: facts.drift.map(({ id: finding, profile, rule, kind: sort, severity, sentence, exception, openedAt }) => ({
      id: finding,
      profile,
      rule,
      kind: sort,
      severity,
      sentence,
      exception: exception?.id ?? null,
      openedAt,
    })),
    budget: facts.budget,
    gates: facts.gates.map(({ gate, verdict, found, exception, sentence, whoCanBring, evidence, checklist, seenAt, freshUntil }) => ({
      id: gate.id,
      title: gate.title,
      kind: gate.kind,
      asks: gate.asks,
      command: gate.command ?? null,
      blocking: gate.blocking,
      moments: gate.moments,
      verdict,
      found,
      exception: exception?.id ?? null,
      sentence,
      whoCanBring,
      evidence: evidence?.id ?? null,
      checklistRun: checklist?.runId ?? null,
      seenAt,
      freshUntil,
    })),
    sealed: sealed && {
      number: sealed.number,
      hash: sealed.hash,
      sealedAt: sealed.sealedAt,
      sealedBy: sealed.sealedBy && { id: sealed.sealedBy.id, name: sealed.sealedBy.name, kind: sealed.sealedBy.kind },
      stands: moved.length === 0,
      moved,
    },
    slots: slotsOf(facts.edge).map(({ key, title, roles, last }) => {
      const signOff = facts.signOffs.find(({ slotKey }) => slotKey === key)
      return {
        id: key,
        title,
        roles,
        last,
        signOff: signOff ? { id: signOff.id, decision: signOff.decision, signer: signOff.signerName, signedAt: signOff.signedAt } : null,
      }
    }),
    deployment: facts.deploymentRunning,
    judgedAt: now,
  }
}
