import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { anonymousContext } from '@/lib/domain/anonymous'
import { completeSetup } from '@/lib/usecases/account/complete-setup'
import { createSetupLink } from '@/lib/usecases/account/create-setup-link'
import { invitePerson } from '@/lib/usecases/account/invite-person'
import { bareCtx, ctxOf, events, PASSWORD, refusalOf } from '@/test/support/factories'

const me = { name: 'First Admin', email: 'first@example.org', newPassword: PASSWORD }

test('one link used twice at once, and two links at once, make one admin', async () => {
  const [a, b] = [await createSetupLink(), await createSetupLink()]
  const tries = [a, a, b].map(({ link }, index) =>
    completeSetup(anonymousContext(), { ...me, link, name: `Candidate ${'ABC'[index]}`, email: `c${index}@example.org` }),
  )
  const done = await Promise.allSettled(tries)
  expect(done.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
  const grants = await db.roleGrant.findMany({ where: { role: 'admin' } })
  expect(grants).toMatchObject([{ systemId: null, grantedById: null }])
  expect(await db.person.count()).toBe(1)
  const [completed] = await events('setup.completed')
  expect(completed?.actor_id).toBe(grants[0]?.principalId)
})

test('a used, a made-up and an old link are refused alike, and so is a weak password', async () => {
  const admin = await db.roleGrant.findFirstOrThrow({ where: { role: 'admin' } })
  const by = bareCtx({ id: admin.principalId })
  const { link } = await invitePerson(by, { person: admin.principalId })
  expect(await refusalOf(completeSetup(anonymousContext(), { link, newPassword: 'short' }))).toMatchObject({
    code: 'invalid',
    place: 'newPassword',
  })
  await db.setupLink.updateMany({ data: { expiresAt: new Date() } })
  expect(await refusalOf(completeSetup(anonymousContext(), { link, newPassword: PASSWORD }))).toMatchObject({ code: 'wrong_state' })
  expect(await refusalOf(completeSetup(anonymousContext(), { ...me, link: 'y'.repeat(43) }))).toMatchObject({ code: 'wrong_state' })
})

test('an invitation sets the password once and ends earlier sessions', async () => {
  const admin = await db.roleGrant.findFirstOrThrow({ where: { role: 'admin' } })
  const { id } = await db.principal.create({
    data: { kind: 'person', person: { create: { name: 'Invited Person', email: 'invited@example.org' } } },
  })
  const { link } = await invitePerson(bareCtx({ id: admin.principalId }), { person: id })
  const session = await ctxOf({ id })
  const done = await Promise.allSettled([1, 2].map(() => completeSetup(anonymousContext(), { link, newPassword: PASSWORD })))
  expect(done.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
  expect((await db.person.findUniqueOrThrow({ where: { principalId: id } })).passwordHash).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/)
  expect((await db.session.findUniqueOrThrow({ where: { id: session.actor.session?.id ?? '' } })).endedAt).not.toBeNull()
  expect((await events('invitation.accepted')).at(-1)).toMatchObject({ subject_id: id, actor_id: id })
})
