import 'server-only'
import { db } from '@/lib/db/client'
import { loadPeople } from '@/lib/db/load-people'
import { loadPromotions } from '@/lib/db/load-promotions'
import { namedSelect } from '@/lib/db/named'
import { eventOfSignature } from '@/lib/db/newest-event'
import { readableSystems } from '@/lib/domain/context'
import { eligibleFor, type Mover, nextSlot } from '@/lib/domain/holding'
import { inboxOf } from '@/lib/domain/inbox'
import { type PromotionPhase, promotionPhase, slotsOf, whyNotWithdrawSignOff } from '@/lib/domain/promotion'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { classOf, getInFlight } from './in-flight'
import type { ProfileView } from './promotion-card'
import { filledSlots, loadSignOffRecord, type SignOffEntry, type SignOffRecord, standingSignOffs, withProof } from './sign-off-record'
import type { PipelineSlot } from './system-head'
import type { Looker } from './system-standing'

/** What is left of a signature to show for it: everything the record knows, at an address of its own. */
export type Receipt = SignOffRecord & {
  /** When the signer first opened the version they decided on. */
  openedAt: Date | null
  promotion: {
    id: string
    phase: PromotionPhase
    system: { id: string; name: string }
    version: string
    from: ProfileView
    to: ProfileView
    window: { startsAt: Date; endsAt: Date } | null
    /** The incident under which it is an emergency; null for an ordinary one. */
    emergency: string | null
  }
  /** `canonical` is the text that the hash names, for whoever wants to compute it again. */
  dossier: {
    number: number
    hash: string
    canonical: string
    sealedAt: Date
    endedAt: Date | null
    endedBy: string | null
    moved: string[]
  }
  slots: PipelineSlot[]
  signed: number
  /** What comes next: who is asked now, in which capacity. */
  next: { capacity: string; who: Mover[] } | null
  entry: SignOffEntry | null
  whyNotWithdraw: Refusal | null
  /** The first thing that still needs the viewer. */
  inbox: { title: string; promotion: string | null; deployment: string | null } | null
}

/** The receipt of a signature on a promotion of a system that the viewer may read; null otherwise (T23). */
export async function getReceipt(looker: Looker, id: string): Promise<Receipt | null> {
  const { actor, now } = looker
  const readable = readableSystems(actor, now)
  const row = await db.signOff.findFirst({
    where: { id, sealedVersion: { promotion: { ...(readable === null ? {} : { systemId: { in: readable } }) } } },
    include: {
      signer: namedSelect,
      sealedVersion: {
        include: {
          openings: { select: { principalId: true, openedAt: true } },
          signOffs: standingSignOffs,
        },
      },
    },
  })
  const sealed = row?.sealedVersion
  if (!row || !sealed?.promotionId) return null
  const [facts] = await loadPromotions(db, { id: sealed.promotionId }, now)
  if (!facts) return null
  const [record, people, entry, flight] = await Promise.all([
    loadSignOffRecord(row, actor.id),
    loadPeople(db, [facts.system.id], now),
    eventOfSignature(facts.system.id, facts.id, row.id).then(withProof),
    getInFlight(looker),
  ])
  const slot = facts.sealed?.id === sealed.id ? nextSlot(facts) : null
  const [first] = inboxOf(actor, flight, now)
  return {
    ...record,
    openedAt: sealed.openings.find(({ principalId }) => principalId === row.signerId)?.openedAt ?? null,
    promotion: {
      id: facts.id,
      phase: promotionPhase(facts, now),
      system: facts.system,
      version: facts.release.version,
      from: { id: facts.edge.from, class: classOf(facts, facts.edge.from) },
      to: { id: facts.edge.to, class: classOf(facts, facts.edge.to) },
      window: facts.window,
      emergency: facts.emergency?.incident.id ?? null,
    },
    dossier: {
      number: sealed.number,
      hash: sealed.hash,
      canonical: sealed.canonical,
      sealedAt: sealed.sealedAt,
      endedAt: sealed.endedAt,
      endedBy: sealed.endedBy,
      moved: sealed.moved,
    },
    ...filledSlots(slotsOf(facts.edge), sealed.signOffs),
    next: slot && { capacity: slot.title, who: eligibleFor(slot, facts, people, now) },
    entry,
    whyNotWithdraw:
      whyNotWithdrawSignOff(facts, row, actor) ??
      (sealed.endedAt
        ? refuse('wrong_state', `Version ${sealed.number} has ended, and this signature with it. There is nothing to withdraw.`)
        : null),
    inbox: first ? { title: first.title, promotion: first.promotion, deployment: first.deployment } : null,
  }
}
