import 'server-only'
import type { z } from 'zod'
import { linkCommits } from '@/lib/db/link-commits'
import { loadAccountForUpdate } from '@/lib/db/load-account'
import { mutate } from '@/lib/db/mutate'
import { normalEmail, whyNotManagePeople } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { addCommitAddressInput } from '@/lib/schemas/account'

/**
 * Says that somebody also commits by another address, so that what they wrote under it keeps them from signing it, releases registered before
 * included (T02, T05). It cannot be taken back: commits do not change hands. Gives how many releases it was found in.
 */
export function addCommitAddress(ctx: Ctx, input: z.output<typeof addCommitAddressInput>): Promise<{ releases: number }> {
  const email = normalEmail(input.email)
  return mutate(ctx, async ({ tx, now, actor }) => {
    const who = await loadAccountForUpdate(tx, input.person)
    ensure(
      whyNotManagePeople(actor, now),
      who.kind === 'person' && !who.erased ? null : refuse('wrong_state', 'Only people commit by an address.'),
    )
    const releases = await linkCommits(tx, who.id, email)
    if (releases === null) throw new Refused(refuse('conflict', 'Somebody else commits by this address already.', { place: 'email' }))
    return {
      result: { releases },
      events: [{ action: 'commit_address.added', system: null, subject: { kind: 'principal', id: who.id }, after: { releases } }],
    }
  })
}
