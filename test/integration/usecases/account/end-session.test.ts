import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { findActorBySession } from '@/lib/db/find-actor'
import type { Ctx } from '@/lib/domain/context'
import { endSession } from '@/lib/usecases/account/end-session'
import { updateProfile } from '@/lib/usecases/account/update-profile'
import { aPerson, ctxOf, events, refusalOf } from '@/test/support/factories'

const sessionOf = (ctx: Ctx) => ctx.actor.session as { id: string; version: number } // ctxOf always opens one

test('a session ended between load and submit changes nothing any more (T09)', async () => {
  const person = await aPerson()
  const [here, there] = [await ctxOf(person), await ctxOf(person)]
  await endSession(here, { session: sessionOf(there).id })
  expect(await findActorBySession(db, sessionOf(there))).toBeNull()
  expect(await findActorBySession(db, sessionOf(here))).not.toBeNull()
  expect(await refusalOf(updateProfile(there, { name: person.name, timeZone: 'Asia/Tokyo' }))).toMatchObject({ code: 'unauthenticated' })
  expect((await events('session.ended')).at(-1)?.subject_id).toBe(sessionOf(there).id)
})

test('nobody ends somebody else’s session', async () => {
  const [mine, theirs] = [await ctxOf(await aPerson()), await ctxOf(await aPerson())]
  expect(await refusalOf(endSession(mine, { session: sessionOf(theirs).id }))).toMatchObject({ code: 'not_found' })
  expect(await findActorBySession(db, sessionOf(theirs))).not.toBeNull()
})

test('a session idles out after thirty minutes and ends after twelve hours (T26)', async () => {
  const ctx = await ctxOf(await aPerson())
  const { id } = sessionOf(ctx)
  await db.session.update({ where: { id }, data: { lastSeenAt: new Date(Date.now() - 29 * 60_000) } })
  expect(await findActorBySession(db, sessionOf(ctx))).not.toBeNull()
  await db.session.update({ where: { id }, data: { lastSeenAt: new Date(Date.now() - 31 * 60_000) } })
  expect(await findActorBySession(db, sessionOf(ctx))).toBeNull()
  await db.session.update({ where: { id }, data: { lastSeenAt: new Date(), expiresAt: new Date(Date.now() - 1) } })
  expect(await findActorBySession(db, sessionOf(ctx))).toBeNull()
})
