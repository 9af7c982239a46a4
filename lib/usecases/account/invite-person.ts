import 'server-only'
import { invitationHash, makeLinkSecret } from '@/lib/crypto/bearer-token'
import { loadAccountForUpdate } from '@/lib/db/load-account'
import { mutate } from '@/lib/db/mutate'
import { SETUP_LINK_HOURS, whyNotManagePeople } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'

/**
 * Makes a one-time link with which a person chooses their password: a new one, or somebody who forgot theirs. Gives it once; it is worth nothing
 * after three days, once used, or once the password changed otherwise.
 */
export function invitePerson(ctx: Ctx, input: { person: string }): Promise<{ link: string; expiresAt: Date }> {
  const link = `${input.person}.${makeLinkSecret()}`
  return mutate(ctx, async ({ tx, now, actor }) => {
    const who = await loadAccountForUpdate(tx, input.person)
    ensure(
      whyNotManagePeople(actor, now),
      who.kind !== 'person' || who.retired ? refuse('wrong_state', `${who.name} has no account to sign in with.`) : null,
    )
    const { passwordHash } = await tx.person.findUniqueOrThrow({ where: { principalId: who.id }, select: { passwordHash: true } })
    const expiresAt = new Date(now.getTime() + SETUP_LINK_HOURS * 3_600_000)
    await tx.setupLink.create({
      data: { secretHash: invitationHash(link, passwordHash), createdAt: now, expiresAt },
      select: { createdAt: true },
    })
    return {
      result: { link, expiresAt },
      events: [{ action: 'invitation.created', system: null, subject: { kind: 'principal', id: who.id } }],
    }
  })
}
