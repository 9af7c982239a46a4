import 'server-only'
import type { z } from 'zod'
import { loadPromotions } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import type { promotionInput } from '@/lib/schemas/promotion'

/** Records when a person first opened the sealed version that is live. Refuses `wrong_state` where there is nothing to record; pages ask `isFirstOpening` first. */
export async function openDossier(ctx: Ctx, input: z.output<typeof promotionInput>): Promise<{ openedAt: Date }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const systems = readableSystems(actor, now)
    const [facts] = await loadPromotions(tx, { id: input.promotion, ...(systems === null ? {} : { systemId: { in: systems } }) }, now)
    ensure(facts ? null : refuse('not_found', `There is no promotion ${input.promotion} that you can see.`))
    ensure(facts?.sealed ? null : refuse('wrong_state', 'Nothing is sealed, so there is no opening to record.'))
    const sealed = facts?.sealed as NonNullable<NonNullable<typeof facts>['sealed']> // ensured just above
    const made = await tx.dossierOpening.createMany({
      data: [{ sealedVersionId: sealed.id, principalId: actor.id, openedAt: now }],
      skipDuplicates: true,
    })
    ensure(made.count === 1 ? null : refuse('wrong_state', 'You have opened this version before.'))
    return {
      result: { openedAt: now },
      events: [
        {
          action: 'dossier.opened',
          system: facts?.system.id ?? null,
          subject: { kind: 'promotion', id: input.promotion, version: sealed.number },
          dossier: sealed.hash,
        },
      ],
    }
  })
}
