import 'server-only'
import type { z } from 'zod'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, holdsAny, readableSystems } from '@/lib/domain/context'
import { whyNotOpenState } from '@/lib/domain/promotion'
import { ensure, refuse } from '@/lib/domain/refusal'
import type { promotionInput } from '@/lib/schemas/promotion'
import { voidIfMoved } from './void-moved'

/** Pins an open promotion to the active policy version. A Release Manager's act; a sealed version is voided by it (T34). */
export async function repinPromotion(ctx: Ctx, input: z.output<typeof promotionInput>): Promise<{ number: number; voided: boolean }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadPromotionForUpdate(tx, input.promotion, readableSystems(actor, now), now)
    const version = await loadActivePolicy(tx, facts.system.id)
    ensure(
      actor.kind === 'person' && holdsAny(actor, ['release_manager'], facts.system.id, now)
        ? null
        : refuse('not_allowed', `Only a Release Manager of ${facts.system.name} pins a promotion to another policy version.`),
      whyNotOpenState(facts),
      version.id === facts.policy.versionId
        ? refuse('wrong_state', `${facts.id} is already pinned to version ${version.number}, the active one.`)
        : null,
      facts.emergency && version.policy.edges.some((edge) => edge.id === facts.edge.id && edge.emergency === undefined)
        ? refuse('policy_forbids', `Version ${version.number} has no emergency promotion to ${facts.edge.to}. Withdraw this one.`)
        : null,
      version.policy.edges.some((edge) => edge.id === facts.edge.id)
        ? null
        : refuse(
            'policy_forbids',
            `Version ${version.number} has no way from ${facts.edge.from} to ${facts.edge.to}. Withdraw this promotion.`,
          ),
    )
    const edge = await tx.promotionEdge.findUniqueOrThrow({
      where: { policyVersionId_key: { policyVersionId: version.id, key: facts.edge.id } },
    })
    await tx.promotion.update({ where: { id: facts.id }, data: { policyVersionId: version.id, edgeId: edge.id } })
    const voided = await voidIfMoved({ tx, now }, facts.id)
    return {
      result: { number: version.number, voided: voided.length > 0 },
      events: [
        {
          action: 'promotion.repinned',
          system: facts.system.id,
          subject: { kind: 'promotion', id: facts.id },
          policy: version.hash,
          before: { number: facts.policy.number },
          after: { number: version.number },
        },
        ...voided,
      ],
    }
  })
}
