import 'server-only'
import type { z } from 'zod'
import { loadContacts } from '@/lib/db/load-contacts'
import { loadSystem } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import { whyNotConfirm } from '@/lib/domain/contact'
import type { Ctx } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'
import type { confirmContactInput } from '@/lib/schemas/contact'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** Records that somebody on a contact list can be reached, as of now (000.33). The newest confirmation counts; older ones stay readable. */
export async function confirmContact(ctx: Ctx, input: z.output<typeof confirmContactInput>): Promise<{ id: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const list = (await loadContacts(tx, system.id, active.policy, now)).find(({ id }) => id === input.list)
    ensure(whyNotConfirm(list, input.contact, actor, system, now), whyNotSecret({ reach: input.reach }))
    const { id } = await tx.contactConfirmation.create({
      data: {
        systemId: system.id,
        contactKey: input.list,
        contactId: input.contact,
        reach: input.reach ?? null,
        confirmedById: actor.id,
        confirmedAt: now,
      },
      select: { id: true },
    })
    return {
      result: { id },
      events: [
        {
          action: 'contact.confirmed',
          system: system.id,
          subject: { kind: 'contact', id },
          policy: active.hash,
          after: { contact: input.contact, list: input.list },
        },
      ],
    }
  })
}
