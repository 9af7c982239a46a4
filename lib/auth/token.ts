import 'server-only'
import { isBearerToken, secretHash } from '@/lib/crypto/bearer-token'
import { db } from '@/lib/db/client'
import { findActorByToken, touch } from '@/lib/db/find-actor'
import type { Ctx } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import { requestInfo } from './request-info'

/**
 * Who calls the API: the bearer token of the Authorization header, found by its hash (T19, T28). Never a cookie, never the query. Refuses
 * (`unauthenticated`) what is missing, mistyped, unknown, expired or revoked, all but the first two in the same words.
 */
export async function tokenContext(request: { headers: Headers }): Promise<Ctx & { now: Date }> {
  const given = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (!given)
    throw new Refused(refuse('unauthenticated', 'Send a token: Authorization: Bearer csn_… An admin makes one under Settings, Tokens.'))
  if (!isBearerToken(given))
    throw new Refused(
      refuse(
        'unauthenticated',
        'This is not a whole Countersign token. One begins with csn_ and has 40 characters; check that none was cut off.',
      ),
    )
  const found = await findActorByToken(db, secretHash(given))
  if (!found)
    throw new Refused(
      refuse('unauthenticated', 'This token is unknown, expired or revoked. An admin makes a new one under Settings, Tokens.'),
    )
  await touch(db, found)
  return { actor: found.actor, request: requestInfo(request.headers), now: found.now }
}
