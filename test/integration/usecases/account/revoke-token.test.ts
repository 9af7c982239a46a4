import { expect, test } from 'vitest'
import { secretHash } from '@/lib/crypto/bearer-token'
import { db } from '@/lib/db/client'
import { findActorByToken } from '@/lib/db/find-actor'
import { mutate } from '@/lib/db/mutate'
import { revokeToken } from '@/lib/usecases/account/revoke-token'
import { aPerson, aToken, ctxOf, events, refusalOf, theAdmin } from '@/test/support/factories'

test('its maker, an admin and the token itself revoke a token, at once', async () => {
  const maker = await aPerson({ roles: [['admin', 'alpha']] })
  for (const who of ['maker', 'admin', 'itself'] as const) {
    const token = await aToken({ by: maker, system: 'alpha' })
    expect((await findActorByToken(db, secretHash(token.secret)))?.actor.token?.id).toBe(token.id)
    const ctx = who === 'itself' ? token.ctx : await ctxOf(who === 'maker' ? maker : await theAdmin())
    await revokeToken(ctx, { token: token.id })
    expect(await findActorByToken(db, secretHash(token.secret))).toBeNull()
    expect((await events('token.revoked')).at(-1)?.subject_id).toBe(token.id)
  }
})

test('nobody else does, and no token another one', async () => {
  const [token, other] = [await aToken(), await aToken()]
  expect(await refusalOf(revokeToken(await ctxOf(await aPerson()), { token: token.id }))).toMatchObject({ code: 'not_allowed' })
  expect(await refusalOf(revokeToken(other.ctx, { token: token.id }))).toMatchObject({ code: 'not_allowed' })
})

test('revoked between authentication and decision: the decision is refused (T09)', async () => {
  const token = await aToken()
  await revokeToken(await ctxOf(await theAdmin()), { token: token.id })
  const late = mutate(token.ctx, async () => ({
    result: 1,
    events: [{ action: 'person.updated', system: null, subject: { kind: 'principal', id: token.ctx.actor.id } }],
  }))
  expect(await refusalOf(late)).toMatchObject({ code: 'unauthenticated' })
})

test('revoked twice at once: one of the two did it', async () => {
  const token = await aToken()
  const admin = await ctxOf(await theAdmin())
  const done = await Promise.allSettled([revokeToken(admin, { token: token.id }), revokeToken(token.ctx, { token: token.id })])
  expect(done.filter((each) => each.status === 'fulfilled')).toHaveLength(1)
})
