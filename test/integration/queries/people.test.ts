import { expect, test } from 'vitest'
import { getPerson, listPeople } from '@/lib/queries/account/list-people'
import { aPerson, aSystem, ctxOf } from '@/test/support/factories'
import { countStatements } from '@/test/support/statements'

test('one is known to who shares a system, with the grants that both may know of; to others there is nobody (T23)', async () => {
  const ours = await aSystem('ours')
  const theirs = await aSystem('theirs')
  const admin = await aPerson({ roles: [['admin', null]] })
  const both = await aPerson({
    roles: [
      ['engineer', ours],
      ['secops', theirs],
    ],
  })
  const colleague = await aPerson({ roles: [['engineer', ours]] })
  const stranger = await aPerson({ roles: [['engineer', theirs]] })
  const look = async (person: Awaited<ReturnType<typeof aPerson>>) => ({ actor: (await ctxOf(person)).actor, now: new Date() })

  expect((await getPerson(await look(admin), both.id))?.grants.map(({ role }) => role).toSorted()).toEqual(['engineer', 'secops'])
  expect((await getPerson(await look(colleague), both.id))?.grants.map(({ systemId }) => systemId)).toEqual([ours])
  expect(await getPerson(await look(colleague), stranger.id)).toBeNull()
  for (const id of ['nobody', '../x', crypto.randomUUID()]) expect(await getPerson(await look(admin), id)).toBeNull()

  // Looking at one reads one, however many there are.
  const looker = await look(admin)
  const one = await countStatements(() => getPerson(looker, both.id))
  const all = await countStatements(() => listPeople(looker))
  expect(one.statements).toBeLessThanOrEqual(all.statements)
  expect(all.result.map(({ id }) => id)).toContain(stranger.id)
})
