import 'server-only'
import type { z } from 'zod'
import { ensureLogKeepsUp } from '@/lib/db/ensure-log'
import { loadPeople } from '@/lib/db/load-people'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { sealText } from '@/lib/domain/dossier'
import { dossierOf, movedOf, slotsOf, whyNotSeal } from '@/lib/domain/promotion'
import { ensure } from '@/lib/domain/refusal'
import type { promotionInput } from '@/lib/schemas/promotion'
import { endSealed } from './void-moved'

/**
 * Seals the next version of a dossier: canonical JSON named by its SHA-256. Every blocking gate passes and every slot can be filled by
 * somebody different, or the gap is named and nothing is sealed. A version whose inputs moved is voided first, on the record.
 */
export async function sealPromotion(ctx: Ctx, input: z.output<typeof promotionInput>): Promise<{ number: number; hash: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadPromotionForUpdate(tx, input.promotion, readableSystems(actor, now), now)
    ensure(whyNotSeal(facts, actor, await loadPeople(tx, [facts.system.id], now), now))
    await ensureLogKeepsUp(ctx, tx, facts.targetIsProductionLike)
    const voided = facts.sealed ? await endSealed(tx, now, facts, 'voided', movedOf(facts)) : []
    const number = facts.nextNumber
    const { canonical, hash } = sealText(dossierOf(facts, number))
    await tx.sealedVersion.create({
      data: {
        systemId: facts.system.id,
        subject: 'promotion',
        subjectId: facts.id,
        promotionId: facts.id,
        number,
        hash,
        canonical,
        requesterId: facts.openedBy.countsAsId,
        sealedById: actor.id,
        sealedAt: now,
        moved: [],
      },
    })
    await tx.promotion.update({ where: { id: facts.id }, data: { lastSealed: number } })
    return {
      result: { number, hash },
      events: [
        {
          action: 'promotion.sealed',
          system: facts.system.id,
          subject: { kind: 'promotion', id: facts.id, version: number },
          dossier: hash,
          policy: facts.policy.hash,
          // Named so that a verifier can replay the rules from the events alone.
          after: { slots: slotsOf(facts.edge).map(({ key }) => key), requester: facts.openedBy.countsAsId },
        },
        ...voided,
      ],
    }
  })
}
