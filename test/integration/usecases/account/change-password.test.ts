import { expect, test } from 'vitest'
import { verifyPassword } from '@/lib/crypto/password'
import { db } from '@/lib/db/client'
import { changePassword } from '@/lib/usecases/account/change-password'
import { aPerson, aToken, ctxOf, events, PASSWORD, refusalOf } from '@/test/support/factories'

const NEXT = 'another made-up 77'

test('a new password ends the sessions of others and keeps this one (T26)', async () => {
  const person = await aPerson()
  const [here, there] = [await ctxOf(person), await ctxOf(person)]
  expect(await changePassword(here, { currentPassword: PASSWORD, newPassword: NEXT })).toEqual({ ended: 1 })
  const { passwordHash } = await db.person.findUniqueOrThrow({ where: { principalId: person.id } })
  expect(await verifyPassword(passwordHash, NEXT)).toBe(true)
  expect((await db.session.findMany({ where: { principalId: person.id, endedAt: null } })).map((row) => row.id)).toEqual([
    here.actor.session?.id,
  ])
  expect((await events('password.changed')).at(-1)).toMatchObject({ subject_id: person.id, payload: { after: { sessions: 1 } } })
  expect(await refusalOf(changePassword(there, { currentPassword: NEXT, newPassword: PASSWORD }))).toMatchObject({
    code: 'unauthenticated',
  })
})

test('the present password is needed, the new one has to be long and not one’s name', async () => {
  const person = await aPerson({ name: 'Bartholomew Longfellow' })
  const ctx = await ctxOf(person)
  expect(await refusalOf(changePassword(ctx, { currentPassword: 'not it at all', newPassword: NEXT }))).toMatchObject({
    code: 'wrong_credentials',
    place: 'currentPassword',
  })
  expect(await refusalOf(changePassword(ctx, { currentPassword: PASSWORD, newPassword: 'short' }))).toMatchObject({
    code: 'invalid',
    place: 'newPassword',
  })
  expect(await refusalOf(changePassword(ctx, { currentPassword: PASSWORD, newPassword: 'bartholomewlongfellow1' }))).toMatchObject({
    code: 'invalid',
    place: 'newPassword',
  })
  expect(await refusalOf(changePassword((await aToken()).ctx, { currentPassword: PASSWORD, newPassword: NEXT }))).toMatchObject({
    code: 'not_allowed',
  })
})

test('two changes at once: one of them counts', async () => {
  const ctx = await ctxOf(await aPerson())
  const done = await Promise.allSettled(
    ['one made-up 123', 'two made-up 456'].map((newPassword) => changePassword(ctx, { currentPassword: PASSWORD, newPassword })),
  )
  expect(done.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
})
