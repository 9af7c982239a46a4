import 'server-only'
import type { z } from 'zod'
import { linkCommits } from '@/lib/db/link-commits'
import { namesOfOthers } from '@/lib/db/load-account'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { isDemoEmail, normalEmail, whyNotManagePeople, whyNotPersonName } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { createPersonInput } from '@/lib/schemas/account'

/**
 * Adds a person, without a password and without roles: an invitation lets them choose the one, grants give the other. Their address also counts
 * as theirs in commits. Gives the id.
 */
export async function createPerson(ctx: Ctx, input: z.output<typeof createPersonInput>): Promise<{ id: string }> {
  const name = input.name.normalize('NFC').trim()
  const email = normalEmail(input.email)
  try {
    return await mutate(ctx, async ({ tx, now, actor }) => {
      ensure(
        whyNotManagePeople(actor, now),
        isDemoEmail(email) && !ctx.at ? refuse('invalid', 'Addresses of that domain belong to the demo record.', { place: 'email' }) : null,
        whyNotPersonName(name, await namesOfOthers(tx, null)),
      )
      const { id } = await tx.principal.create({
        data: { kind: 'person', createdAt: now, person: { create: { name, email } } },
        select: { id: true },
      })
      await linkCommits(tx, id, email)
      return {
        result: { id },
        events: [{ action: 'principal.created', system: null, subject: { kind: 'principal', id }, after: { kind: 'person' } }],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(refuse('conflict', 'Somebody with this address has an account already.', { place: 'email' }))
  }
}
