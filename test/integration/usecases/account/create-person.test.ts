import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { createPerson } from '@/lib/usecases/account/create-person'
import { aPerson, aSystem, bareCtx, ctxOf, events, refusalOf, theAdmin } from '@/test/support/factories'

test('an admin adds a person, and the record holds ids only (T40)', async () => {
  const admin = await theAdmin()
  const { id } = await createPerson(await ctxOf(admin), { name: 'Mara Lindqvist', email: ' Mara@Example.org ' })
  expect(await db.person.findUnique({ where: { principalId: id } })).toMatchObject({
    name: 'Mara Lindqvist',
    email: 'mara@example.org',
    passwordHash: null,
  })
  const event = (await events('principal.created')).find((each) => each.subject_id === id)
  expect(event?.actor_id).toBe(admin.id)
  expect(JSON.stringify(event)).not.toMatch(/mara/i)
})

test('nobody but an admin of every system adds people, and nothing is left behind', async () => {
  await aSystem('alpha')
  const someone = await aPerson({
    roles: [
      ['release_manager', null],
      ['admin', 'alpha'],
    ],
  })
  const before = await db.principal.count()
  expect(await refusalOf(createPerson(await ctxOf(someone), { name: 'Nobody Here', email: 'nobody@example.org' }))).toMatchObject({
    code: 'not_allowed',
  })
  expect(await db.principal.count()).toBe(before)
})

test.each([
  ['the same address in other letters', 'Second Twin', 'TWIN@example.org', 'conflict', 'email'],
  ['a name that looks the same in Cyrillic letters (T31)', 'Tоm Сахон', 'x1@example.org', 'invalid', 'name'],
  ['a name that looks the same with another stroke', 'first-twin', 'x2@example.org', 'conflict', 'name'],
  ['a name with a character that turns the line', 'Tom\u202eHaxe', 'x3@example.org', 'invalid', 'name'],
  ['an address of the demo record', 'Demo Person', 'x@demo.countersign.example', 'invalid', 'email'],
])('%s is refused', async (_what, name, email, code, place) => {
  const ctx = bareCtx(await theAdmin())
  await createPerson(ctx, { name: 'First Twin', email: 'twin@example.org' }).catch(() => undefined)
  expect(await refusalOf(createPerson(ctx, { name, email }))).toMatchObject({ code, place })
})

test('of two with one address at once, one gets in', async () => {
  const ctx = bareCtx(await theAdmin())
  const done = await Promise.allSettled([
    createPerson(ctx, { name: 'Racer One', email: 'racer@example.org' }),
    createPerson(ctx, { name: 'Racer Two', email: 'racer@example.org' }),
  ])
  expect(done.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
})
