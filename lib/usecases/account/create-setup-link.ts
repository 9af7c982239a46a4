import 'server-only'
import { makeLinkSecret, secretHash } from '@/lib/crypto/bearer-token'
import { lockAdmins } from '@/lib/db/load-account'
import { admit } from '@/lib/db/mutate'
import { SETUP_LINK_HOURS } from '@/lib/domain/account'
import { anonymousContext, NOBODY, NOBODY_ID } from '@/lib/domain/anonymous'
import { ensure, refuse } from '@/lib/domain/refusal'

/**
 * Makes the one-time link by which the first admin sets the product up, for the console to print. Refuses once there is an admin. Gives the secret
 * part, which is stored only as its hash.
 */
export function createSetupLink(): Promise<{ link: string; expiresAt: Date }> {
  const link = makeLinkSecret()
  return admit(anonymousContext(), async ({ tx, now }) => {
    const admins = await lockAdmins(tx, now)
    ensure(admins.length > 0 ? refuse('wrong_state', 'There is an admin already; they invite everybody else.') : null)
    const expiresAt = new Date(now.getTime() + SETUP_LINK_HOURS * 3_600_000)
    await tx.setupLink.create({ data: { secretHash: secretHash(link), createdAt: now, expiresAt }, select: { createdAt: true } })
    return {
      result: { link, expiresAt },
      events: [{ action: 'setup_link.created', system: null, subject: { kind: 'principal', id: NOBODY_ID } }],
      actor: NOBODY,
    }
  })
}
