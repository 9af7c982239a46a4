import 'server-only'
import type { z } from 'zod'
import { systemOfFlag } from '@/lib/db/load-choices'
import { loadSystem } from '@/lib/db/load-system'
import { lockSystem } from '@/lib/db/lock-system'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotEndFlag } from '@/lib/domain/environment-flag'
import { ensure } from '@/lib/domain/refusal'
import type { endFlagInput } from '@/lib/schemas/contract-choice'
import { reconcileSystem } from '../finding/reconcile-findings'

/** Ends a flag before its time: the name counts as production again (001.7), and what that means for its runtimes is found at once. */
export async function endFlag(ctx: Ctx, input: z.output<typeof endFlagInput>): Promise<{ id: string }> {
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const systemId = await systemOfFlag(tx, input.flag, readableSystems(actor, now))
    const { active, ...system } = await loadSystem(tx, actor, systemId, now)
    await lockSystem(tx, system.id)
    const flag = await tx.environmentFlag.findUniqueOrThrow({
      where: { id: input.flag },
      select: { id: true, name: true, countsAs: true, expiresAt: true, endedAt: true },
    })
    ensure(whyNotEndFlag(active.policy, flag, actor, now))
    await tx.environmentFlag.update({ where: { id: flag.id }, data: { endedAt: now } })
    return {
      result: { id: flag.id },
      events: [
        {
          action: 'environment_flag.ended',
          system: system.id,
          subject: { kind: 'environment_flag', id: flag.id },
          before: { class: flag.countsAs },
          after: { name: flag.name },
        },
        ...(await reconcileSystem(work, system.id)),
      ],
    }
  })
}
