import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadFindingForUpdate } from '@/lib/db/load-findings'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotResolve } from '@/lib/domain/finding-guards'
import { ensure } from '@/lib/domain/refusal'
import type { resolveFindingInput } from '@/lib/schemas/finding'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** Ends a conflict or a disagreement that a person raised, with what was decided; never by whoever raised it (002.3). What it held goes on. */
export async function resolveFinding(ctx: Ctx, input: z.output<typeof resolveFindingInput>): Promise<{ id: string }> {
  ensure(whyNotSecret({ resolution: input.resolution }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const finding = await loadFindingForUpdate(tx, input.finding, readableSystems(actor, now))
    ensure(whyNotResolve(finding, actor, now))
    const text = await keepText(tx, input.resolution)
    await tx.finding.update({
      where: { id: finding.id },
      data: { closedAt: now, closedHow: 'resolved', resolvedById: actor.id, resolution: text },
    })
    return {
      result: { id: finding.id },
      events: [
        {
          action: 'finding.resolved',
          system: finding.system.id,
          subject: { kind: 'finding', id: finding.id },
          after: { kind: finding.kind, rule: finding.rule },
          text,
        },
      ],
    }
  })
}
