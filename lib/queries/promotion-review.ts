import 'server-only'
import { db } from '@/lib/db/client'
import { loadPeople } from '@/lib/db/load-people'
import { type PromotionPhase, promotionPhase } from '@/lib/domain/promotion'
import { classOf } from './in-flight'
import type { ProfileView } from './promotion-card'
import { type EmergencyView, emergencyView, findPromotion } from './promotion-dossier'
import type { Looker } from './system-standing'

/** An emergency promotion as the people of its ordinary slots review it afterwards. */
export type ReviewPage = {
  promotion: string
  system: { id: string; name: string }
  version: string
  from: ProfileView
  to: ProfileView
  phase: PromotionPhase
  /** The version that was signed in the emergency. */
  sealed: { number: number; hash: string } | null
  slots: { title: string }[]
  signed: { capacity: string; name: string; at: Date; id: string }[]
  /** Null for an ordinary promotion: there is nothing to review. */
  emergency: EmergencyView | null
}

/** Reads what a review is about, judged at the looker's instant; null for a promotion they may not see (T23). */
export async function getReview(looker: Looker, id: string): Promise<ReviewPage | null> {
  const facts = await findPromotion(looker, id)
  if (!facts) return null
  const [people, row] = await Promise.all([
    loadPeople(db, [facts.system.id], looker.now),
    db.promotion.findUniqueOrThrow({ where: { id: facts.id }, select: { endedAt: true } }),
  ])
  const { slots } = facts.edge.signOff
  return {
    promotion: facts.id,
    system: facts.system,
    version: facts.release.version,
    from: { id: facts.edge.from, class: classOf(facts, facts.edge.from) },
    to: { id: facts.edge.to, class: classOf(facts, facts.edge.to) },
    phase: promotionPhase(facts, looker.now),
    sealed: facts.sealed && { number: facts.sealed.number, hash: facts.sealed.hash },
    slots: slots.map(({ title }) => ({ title })),
    signed: facts.signOffs
      .filter(({ decision }) => decision === 'approve')
      .map(({ slotKey, signerName, signedAt, id: signature }) => ({
        capacity: slots.find((slot) => slot.id === slotKey)?.title ?? slotKey,
        name: signerName,
        at: signedAt,
        id: signature,
      })),
    emergency: emergencyView(facts, people, looker, row.endedAt),
  }
}
