import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { createAgent } from '@/lib/usecases/account/create-agent'
import { retirePerson } from '@/lib/usecases/account/retire-person'
import { anAgent, aPerson, aSystem, bareCtx, ctxOf, events, refusalOf, theAdmin } from '@/test/support/factories'

test('an agent has a name, a system and a person who answers for it', async () => {
  const sponsor = await aPerson()
  await aSystem('alpha')
  const { id } = await createAgent(await ctxOf(await theAdmin()), { name: 'Release Agent', system: 'alpha', sponsor: sponsor.id })
  expect(await db.principal.findUnique({ where: { id } })).toMatchObject({
    kind: 'agent',
    label: 'Release Agent',
    systemId: 'alpha',
    sponsorId: sponsor.id,
  })
  expect((await events('principal.created')).at(-1)).toMatchObject({
    subject_id: id,
    payload: { after: { kind: 'agent', sponsor: sponsor.id } },
  })
})

test('only an admin makes agents, with a person of the house as sponsor and a name of its own', async () => {
  const admin = bareCtx(await theAdmin())
  const left = await aPerson()
  await retirePerson(admin, { person: left.id })
  const agent = await anAgent({ name: 'Twin Agent' })
  expect(await refusalOf(createAgent(await ctxOf(await aPerson()), { name: 'A', system: null, sponsor: left.id }))).toMatchObject({
    code: 'not_allowed',
  })
  expect(await refusalOf(createAgent(admin, { name: 'Orphan', system: null, sponsor: left.id }))).toMatchObject({
    code: 'invalid',
    place: 'sponsor',
  })
  expect(await refusalOf(createAgent(admin, { name: 'Orphan', system: null, sponsor: agent.id }))).toMatchObject({
    code: 'invalid',
    place: 'sponsor',
  })
  expect(await refusalOf(createAgent(admin, { name: 'Twin Agent', system: null, sponsor: (await theAdmin()).id }))).toMatchObject({
    code: 'conflict',
  })
})
