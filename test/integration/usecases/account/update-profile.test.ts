import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { updateProfile } from '@/lib/usecases/account/update-profile'
import { aPerson, aToken, ctxOf, events, refusalOf } from '@/test/support/factories'

test('people change their own name and time zone; the record names the fields, not the values', async () => {
  const person = await aPerson({ name: 'Old Name' })
  await updateProfile(await ctxOf(person), { name: 'New Name', timeZone: 'Asia/Tokyo' })
  expect(await db.person.findUnique({ where: { principalId: person.id } })).toMatchObject({ name: 'New Name', timeZone: 'Asia/Tokyo' })
  const event = (await events('person.updated')).at(-1)
  expect(event?.payload).toMatchObject({ after: { fields: ['name', 'timeZone'] } })
  expect(JSON.stringify(event)).not.toContain('New Name')
})

test('nobody takes a name that looks like somebody else’s, but may keep their own (T31)', async () => {
  await aPerson({ name: 'Vera Munk' })
  const other = await aPerson({ name: 'Wanda Munk' })
  expect(await refusalOf(updateProfile(await ctxOf(other), { name: 'VERA MUNK', timeZone: 'UTC' }))).toMatchObject({
    code: 'conflict',
    place: 'name',
  })
  await updateProfile(await ctxOf(other), { name: 'Wanda Munk', timeZone: 'UTC' })
})

test('two who want one name at once: one gets it', async () => {
  const [a, b] = [await ctxOf(await aPerson()), await ctxOf(await aPerson())]
  const done = await Promise.allSettled([a, b].map((ctx) => updateProfile(ctx, { name: 'Wanted Name', timeZone: 'UTC' })))
  expect(done.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('a token has no profile', async () => {
  expect(await refusalOf(updateProfile((await aToken()).ctx, { name: 'Bot', timeZone: 'UTC' }))).toMatchObject({ code: 'not_allowed' })
})
