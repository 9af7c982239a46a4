import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { getSetupLink } from '@/lib/queries/account/get-setup-link'
import { invitePerson } from '@/lib/usecases/account/invite-person'
import { anAgent, aPerson, bareCtx, ctxOf, events, refusalOf, theAdmin } from '@/test/support/factories'

test('an admin invites; the link is stored as a hash and names whom it is for', async () => {
  const person = await aPerson()
  const { link } = await invitePerson(await ctxOf(await theAdmin()), { person: person.id })
  expect(await getSetupLink(link)).toEqual({ kind: 'invitation', personId: person.id, name: person.name, email: person.email })
  expect(JSON.stringify([await db.setupLink.findMany(), await events()])).not.toContain(link.split('.')[1])
  expect((await events('invitation.created')).at(-1)?.subject_id).toBe(person.id)
})

test('a changed password makes every earlier invitation worthless', async () => {
  const person = await aPerson()
  const { link } = await invitePerson(bareCtx(await theAdmin()), { person: person.id })
  await db.person.update({ where: { principalId: person.id }, data: { passwordHash: 'another' } })
  expect(await getSetupLink(link)).toBeNull()
})

test('only admins invite, and only people', async () => {
  const person = await aPerson()
  expect(await refusalOf(invitePerson(await ctxOf(person), { person: person.id }))).toMatchObject({ code: 'not_allowed' })
  expect(await refusalOf(invitePerson(bareCtx(await theAdmin()), { person: (await anAgent()).id }))).toMatchObject({ code: 'wrong_state' })
})
