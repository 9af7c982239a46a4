import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { findActorBySession } from '@/lib/db/find-actor'
import { closeSession } from '@/lib/usecases/account/close-session'
import { aPerson, aToken, ctxOf, events } from '@/test/support/factories'

test('signing out ends the session in the database: a copied cookie is worth nothing (T26)', async () => {
  const ctx = await ctxOf(await aPerson())
  await closeSession(ctx)
  expect(await findActorBySession(db, ctx.actor.session as { id: string; version: number })).toBeNull()
  expect((await events('session.ended')).at(-1)?.subject_id).toBe(ctx.actor.session?.id)
})

test('a token has no session to close', async () => {
  await expect(closeSession((await aToken()).ctx)).resolves.toBeUndefined()
})
