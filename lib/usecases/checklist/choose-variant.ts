import 'server-only'
import type { z } from 'zod'
import { loadRunForUpdate } from '@/lib/db/load-run'
import { mutate } from '@/lib/db/mutate'
import { tickersOf, whyNotVariant, whyNotWorkOn } from '@/lib/domain/checklist-run'
import type { Ctx } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'
import type { chooseVariantInput } from '@/lib/schemas/checklist'

/** Chooses by which of the offered ways a run is walked (003.12, 002.20); remembered for the run. Items already ticked stay as they are. */
export async function chooseVariant(ctx: Ctx, input: z.output<typeof chooseVariantInput>): Promise<{ variant: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { run, list, version } = await loadRunForUpdate(tx, actor, input.run, now)
    const system = { id: run.systemId, name: version.policy.system.name }
    ensure(
      whyNotWorkOn(list, tickersOf(version.policy, run.profileKey, run.checklistKey, 'before'), actor, system, now),
      whyNotVariant(input.variant, run.items, { profileKey: run.profileKey, phase: version.policy.phases?.current ?? null }),
    )
    await tx.checklistRun.update({ where: { id: run.id }, data: { variant: input.variant } })
    return {
      result: { variant: input.variant },
      events: [
        {
          action: 'checklist_run.variant_chosen',
          system: system.id,
          subject: { kind: 'checklist_run', id: run.id },
          policy: version.hash,
          before: { variant: run.variant },
          after: { checklist: run.checklistKey, variant: input.variant },
        },
      ],
    }
  })
}
