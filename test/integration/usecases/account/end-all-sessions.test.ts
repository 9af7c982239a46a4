import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { endAllSessions } from '@/lib/usecases/account/end-all-sessions'
import { aPerson, ctxOf, events, refusalOf, theAdmin } from '@/test/support/factories'

test('people sign out everywhere, here too (T26)', async () => {
  const person = await aPerson()
  const here = await ctxOf(person)
  await ctxOf(person)
  expect(await endAllSessions(here, {})).toEqual({ ended: 2 })
  expect(await db.session.count({ where: { principalId: person.id, endedAt: null } })).toBe(0)
  expect((await events('session.ended_everywhere')).at(-1)).toMatchObject({ subject_id: person.id, payload: { after: { sessions: 2 } } })
  expect(await refusalOf(endAllSessions(here, {}))).toMatchObject({ code: 'unauthenticated' })
})

test('an admin signs others out; nobody else does', async () => {
  const person = await aPerson()
  await ctxOf(person)
  expect(await refusalOf(endAllSessions(await ctxOf(await aPerson()), { person: person.id }))).toMatchObject({ code: 'not_allowed' })
  expect(await endAllSessions(await ctxOf(await theAdmin()), { person: person.id })).toEqual({ ended: 1 })
})
