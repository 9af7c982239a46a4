import 'server-only'
import type { z } from 'zod'
import { chosenVariant } from '@/lib/db/load-choices'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { lockSystem } from '@/lib/db/lock-system'
import { mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { whyNotEndVariant } from '@/lib/domain/contract-choice'
import { ensure } from '@/lib/domain/refusal'
import type { endContractVariantInput } from '@/lib/schemas/contract-choice'
import { reconcileSystem } from '../finding/reconcile-findings'

/** Puts the default set of required variables of a profile back; what that misses is found at once (001.12). */
export async function endContractVariant(
  ctx: Ctx,
  input: z.output<typeof endContractVariantInput>,
): Promise<{ id: string; profile: string }> {
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const profile = profileOrRefuse(active.policy, input.profile).id
    await lockSystem(tx, system.id)
    const chosen = await chosenVariant(tx, system.id, profile)
    ensure(whyNotEndVariant(active.policy, profile, chosen?.variant ?? null, actor, now))
    const { id, variant } = chosen as NonNullable<typeof chosen> // ensured just above
    await tx.variantChoice.update({ where: { id }, data: { endedAt: now } })
    return {
      result: { id, profile },
      events: [
        {
          action: 'contract.variant_ended',
          system: system.id,
          subject: { kind: 'contract', id },
          policy: active.hash,
          before: { variant },
          after: { profile, variant },
        },
        ...(await reconcileSystem(work, system.id)),
      ],
    }
  })
}
