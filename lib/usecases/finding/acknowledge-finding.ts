import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadFindingForUpdate } from '@/lib/db/load-findings'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotAcknowledge } from '@/lib/domain/finding-guards'
import { ensure } from '@/lib/domain/refusal'
import type { acknowledgeFindingInput } from '@/lib/schemas/finding'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** Records that a person has seen a finding, and what they make of it. It stays open: only facts, the policy or an exception change what it does. */
export async function acknowledgeFinding(ctx: Ctx, input: z.output<typeof acknowledgeFindingInput>): Promise<{ id: string }> {
  ensure(whyNotSecret({ note: input.note }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const finding = await loadFindingForUpdate(tx, input.finding, readableSystems(actor, now))
    ensure(whyNotAcknowledge(finding, actor, now))
    const text = await keepText(tx, input.note)
    await tx.finding.update({
      where: { id: finding.id },
      data: { acknowledgedById: actor.id, acknowledgedAt: now, acknowledgement: text },
    })
    return {
      result: { id: finding.id },
      events: [
        {
          action: 'finding.acknowledged',
          system: finding.system.id,
          subject: { kind: 'finding', id: finding.id },
          after: { profile: finding.profile, rule: finding.rule },
          text,
        },
      ],
    }
  })
}
