import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { giveGrant } from '@/lib/usecases/account/give-grant'
import { retirePerson } from '@/lib/usecases/account/retire-person'
import { anAgent, aPerson, aSystem, aToken, bareCtx, ctxOf, events, refusalOf, theAdmin } from '@/test/support/factories'

const grant = (person: { id: string }, role: 'secops' | 'admin' | 'auditor' | 'engineer', system: string | null) => ({
  person: person.id,
  role,
  system,
  endsOn: null,
})

test('a grant names its grantor and begins now (T03)', async () => {
  const admin = await theAdmin()
  await aSystem('alpha')
  const person = await aPerson()
  const { id } = await giveGrant(await ctxOf(admin), grant(person, 'secops', 'alpha'))
  expect(await db.roleGrant.findUnique({ where: { id } })).toMatchObject({
    principalId: person.id,
    role: 'secops',
    systemId: 'alpha',
    grantedById: admin.id,
    endsAt: null,
  })
  expect((await events('grant.given')).at(-1)).toMatchObject({
    subject_id: id,
    actor_id: admin.id,
    payload: { system: 'alpha', after: { principal: person.id, role: 'secops' } },
  })
})

test('who may grant what', async () => {
  await aSystem('alpha')
  await aSystem('beta')
  const actors = {
    'admin of all': await theAdmin(),
    'admin of alpha': await aPerson({ roles: [['admin', 'alpha']] }),
    'release manager of all': await aPerson({ roles: [['release_manager', null]] }),
    nobody: await aPerson(),
  }
  const table: string[] = []
  for (const [name, actor] of Object.entries(actors)) {
    for (const system of ['alpha', 'beta', null]) {
      const to = await aPerson()
      const answer = await giveGrant(await ctxOf(actor), grant(to, 'engineer', system)).then(
        () => 'granted',
        (error) => error.refusal.code,
      )
      table.push(`${name}, ${system ?? 'every system'}: ${answer}`)
    }
  }
  expect(table).toMatchInlineSnapshot(`
    [
      "admin of all, alpha: granted",
      "admin of all, beta: granted",
      "admin of all, every system: granted",
      "admin of alpha, alpha: granted",
      "admin of alpha, beta: not_allowed",
      "admin of alpha, every system: not_allowed",
      "release manager of all, alpha: not_allowed",
      "release manager of all, beta: not_allowed",
      "release manager of all, every system: not_allowed",
      "nobody, alpha: not_allowed",
      "nobody, beta: not_allowed",
      "nobody, every system: not_allowed",
    ]
  `)
})

test('tokens, retired people and unknown systems get no role; agents no role of people; nobody the same twice', async () => {
  const admin = bareCtx(await theAdmin())
  const token = await aToken()
  const left = await aPerson()
  await retirePerson(admin, { person: left.id })
  const agent = await anAgent()
  const twice = await aPerson({ roles: [['engineer', null]] })
  expect(await refusalOf(giveGrant(admin, grant(token.ctx.actor, 'engineer', null)))).toMatchObject({ code: 'policy_forbids' })
  expect(await refusalOf(giveGrant(admin, grant(left, 'engineer', null)))).toMatchObject({ code: 'wrong_state' })
  expect(await refusalOf(giveGrant(admin, grant(agent, 'admin', null)))).toMatchObject({ code: 'policy_forbids' })
  expect(await refusalOf(giveGrant(admin, grant(twice, 'engineer', null)))).toMatchObject({ code: 'conflict' })
  expect(await refusalOf(giveGrant(admin, grant(await aPerson(), 'engineer', 'no-such')))).toMatchObject({ code: 'not_found' })
  expect(await refusalOf(giveGrant(token.ctx, grant(await aPerson(), 'engineer', null)))).toMatchObject({ code: 'not_allowed' })
})

test('the same role twice at once is granted once', async () => {
  const admin = await ctxOf(await theAdmin())
  const person = await aPerson()
  const done = await Promise.allSettled([1, 2, 3].map(() => giveGrant(admin, grant(person, 'engineer', null))))
  expect(done.filter((each) => each.status === 'fulfilled')).toHaveLength(1)
  expect(await db.roleGrant.count({ where: { principalId: person.id } })).toBe(1)
})

test('an auditor is let in for a time, ninety days at most', async () => {
  const admin = await ctxOf(await theAdmin())
  const person = await aPerson()
  const until = (days: number) => new Date(`${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T23:59:59.999Z`)
  const auditor = (endsOn: Date | null) => giveGrant(admin, { ...grant(person, 'auditor', null), endsOn })
  expect(await refusalOf(auditor(null))).toMatchObject({
    code: 'invalid',
    place: 'endsOn',
    sentence: expect.stringContaining('at most 90 days'),
  })
  expect(await refusalOf(auditor(until(91)))).toMatchObject({ code: 'invalid', place: 'endsOn' })
  expect(await refusalOf(auditor(until(-1)))).toMatchObject({ code: 'invalid', place: 'endsOn' })
  const { id } = await auditor(until(90))
  expect(await db.roleGrant.findUnique({ where: { id } })).toMatchObject({ role: 'auditor', endsAt: until(90) })
  expect((await events('grant.given')).at(-1)).toMatchObject({ payload: { after: { role: 'auditor', endsAt: until(90).toISOString() } } })
})
