import 'server-only'
import type { z } from 'zod'
import { loadAccountForUpdate, namesOfOthers } from '@/lib/db/load-account'
import { mutate } from '@/lib/db/mutate'
import { whyNotPersonName } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import type { updateProfileInput } from '@/lib/schemas/account'

/** Changes one's own name and time zone. What is signed names people by id, so a new name changes no signature (domain.md, Dossier). */
export function updateProfile(ctx: Ctx, input: z.output<typeof updateProfileInput>): Promise<void> {
  const name = input.name.normalize('NFC').trim()
  return mutate(ctx, async ({ tx, actor }) => {
    ensure(actor.kind === 'person' ? null : refuse('not_allowed', 'Only people have a profile.'))
    const who = await loadAccountForUpdate(tx, actor.id)
    ensure(name === who.name ? null : whyNotPersonName(name, await namesOfOthers(tx, actor.id)))
    await tx.person.update({ where: { principalId: actor.id }, data: { name, timeZone: input.timeZone }, select: { principalId: true } })
    return {
      result: undefined,
      events: [
        {
          action: 'person.updated',
          system: null,
          subject: { kind: 'principal', id: actor.id },
          after: { fields: name === who.name ? ['timeZone'] : ['name', 'timeZone'] },
        },
      ],
    }
  })
}
