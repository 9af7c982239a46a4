import 'server-only'
import type { z } from 'zod'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'
import { whyNotPostmortem } from '@/lib/domain/rotation-guards'
import type { recordPostmortemInput } from '@/lib/schemas/rotation'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** Records where the postmortem of a rolled back rotation is: what it owed is paid (003.19). */
export async function recordPostmortem(ctx: Ctx, input: z.output<typeof recordPostmortemInput>): Promise<{ postmortem: string }> {
  ensure(whyNotSecret({ postmortem: input.postmortem }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
    ensure(whyNotPostmortem(facts, actor, now))
    await tx.rotation.update({ where: { id: facts.id }, data: { postmortem: input.postmortem } })
    return {
      result: { postmortem: input.postmortem },
      events: [
        {
          action: 'rotation.postmortem_recorded',
          system: facts.system.id,
          subject: { kind: 'rotation', id: facts.id },
          after: { profile: facts.profile.id },
        },
      ],
    }
  })
}
