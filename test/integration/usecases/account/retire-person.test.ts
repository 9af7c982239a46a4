import { expect, test } from 'vitest'
import { secretHash } from '@/lib/crypto/bearer-token'
import { db } from '@/lib/db/client'
import { findActorByToken } from '@/lib/db/find-actor'
import { retirePerson } from '@/lib/usecases/account/retire-person'
import { updateProfile } from '@/lib/usecases/account/update-profile'
import { aPerson, aToken, ctxOf, events, refusalOf, theAdmin } from '@/test/support/factories'

test('retiring ends roles, sessions and tokens at once and keeps the person on the record (T40)', async () => {
  const admin = await theAdmin()
  const leaver = await aPerson({
    roles: [
      ['admin', null],
      ['secops', 'alpha'],
    ],
  })
  const ctx = await ctxOf(leaver)
  const token = await aToken({ by: leaver })
  expect(await retirePerson(await ctxOf(admin), { person: leaver.id })).toEqual({ grants: 2, sessions: 1, tokens: 1 })
  expect(await refusalOf(updateProfile(ctx, { name: 'Still Here', timeZone: 'UTC' }))).toMatchObject({ code: 'unauthenticated' })
  expect(await findActorByToken(db, secretHash(token.secret))).toBeNull()
  expect(await db.person.findUnique({ where: { principalId: leaver.id } })).toMatchObject({ name: leaver.name })
  expect((await events('principal.retired')).at(-1)).toMatchObject({ subject_id: leaver.id, actor_id: admin.id })
  expect(await refusalOf(retirePerson(await ctxOf(admin), { person: leaver.id }))).toMatchObject({ code: 'wrong_state' })
})

test('only an admin retires', async () => {
  const [one, other] = [await aPerson({ roles: [['release_manager', null]] }), await aPerson()]
  expect(await refusalOf(retirePerson(await ctxOf(one), { person: other.id }))).toMatchObject({ code: 'not_allowed' })
})

test('the last admin stays, also when two admins retire each other at once', async () => {
  const admin = await theAdmin()
  expect(await refusalOf(retirePerson(await ctxOf(admin), { person: admin.id }))).toMatchObject({ code: 'policy_forbids' })
  const second = await aPerson({ roles: [['admin', null]] })
  const [a, b] = [await ctxOf(admin), await ctxOf(second)]
  const done = await Promise.allSettled([retirePerson(a, { person: second.id }), retirePerson(b, { person: admin.id })])
  expect(done.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
  const left = await db.roleGrant.count({ where: { role: 'admin', systemId: null, endsAt: null, principal: { retiredAt: null } } })
  expect(left).toBe(1)
})
