import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { ensureLogKeepsUp } from '@/lib/db/ensure-log'
import { chosenVariant } from '@/lib/db/load-choices'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { lockSystem } from '@/lib/db/lock-system'
import { mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { whyNotChooseVariant } from '@/lib/domain/contract-choice'
import { ensure } from '@/lib/domain/refusal'
import { isProductionLikeProfile } from '@/lib/domain/rule-ref'
import type { chooseContractVariantInput } from '@/lib/schemas/contract-choice'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { reconcileSystem } from '../finding/reconcile-findings'

/**
 * Replaces the default set of required variables of a profile by another one that the policy offers, explicitly: who and why stay on the record (001.12). What
 * was missing by the default is judged again at once.
 */
export async function chooseContractVariant(
  ctx: Ctx,
  input: z.output<typeof chooseContractVariantInput>,
): Promise<{ id: string; profile: string; variant: string }> {
  ensure(whyNotSecret({ reason: input.reason }))
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const profile = profileOrRefuse(active.policy, input.profile).id
    await lockSystem(tx, system.id)
    const before = await chosenVariant(tx, system.id, profile)
    ensure(whyNotChooseVariant(active.policy, profile, input.variant, before?.variant ?? null, actor, now))
    await ensureLogKeepsUp(ctx, tx, isProductionLikeProfile(active.policy, profile))
    if (before) await tx.variantChoice.update({ where: { id: before.id }, data: { endedAt: now } })
    const reason = await keepText(tx, input.reason)
    const { id } = await tx.variantChoice.create({
      data: { systemId: system.id, profileKey: profile, variant: input.variant, reason, chosenById: actor.id, chosenAt: now },
      select: { id: true },
    })
    return {
      result: { id, profile, variant: input.variant },
      events: [
        {
          action: 'contract.variant_chosen',
          system: system.id,
          subject: { kind: 'contract', id },
          policy: active.hash,
          before: { variant: before?.variant ?? null },
          after: { profile, variant: input.variant },
          text: reason,
        },
        ...(await reconcileSystem(work, system.id, 'explained')),
      ],
    }
  })
}
