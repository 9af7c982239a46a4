import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { mutate } from '@/lib/db/mutate'
import { holdsAny } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import { endGrant } from '@/lib/usecases/account/end-grant'
import { aPerson, aSystem, bareCtx, ctxOf, events, refusalOf, theAdmin } from '@/test/support/factories'

const rounds = 20 * Number(process.env.TEST_SCALE ?? 1)

async function grantOf(person: { id: string }): Promise<string> {
  return (await db.roleGrant.findFirstOrThrow({ where: { principalId: person.id, endsAt: null } })).id
}

test('a role ends now, by whom stays, and what it was is on the record', async () => {
  const admin = await theAdmin()
  await aSystem('alpha')
  const person = await aPerson({ roles: [['secops', 'alpha']] })
  const id = await grantOf(person)
  await endGrant(await ctxOf(admin), { grant: id })
  expect(await db.roleGrant.findUnique({ where: { id } })).toMatchObject({ revokedById: admin.id, endsAt: expect.any(Date) })
  expect((await events('grant.ended')).at(-1)).toMatchObject({
    subject_id: id,
    payload: { after: { principal: person.id, role: 'secops' } },
  })
  expect(await refusalOf(endGrant(await ctxOf(admin), { grant: id }))).toMatchObject({ code: 'wrong_state' })
})

test('only an admin of the system ends its roles', async () => {
  await aSystem('alpha')
  await aSystem('beta')
  const other = await aPerson({ roles: [['admin', 'beta']] })
  const person = await aPerson({ roles: [['secops', 'alpha']] })
  expect(await refusalOf(endGrant(await ctxOf(other), { grant: await grantOf(person) }))).toMatchObject({ code: 'not_allowed' })
  expect(await refusalOf(endGrant(await ctxOf(person), { grant: await grantOf(person) }))).toMatchObject({ code: 'not_allowed' })
})

test('a grant that ends while somebody acts on it: never an act after the end (T08)', async () => {
  const admin = await theAdmin()
  await aSystem('alpha')
  for (let round = 0; round < rounds; round += 1) {
    const person = await aPerson({ roles: [['secops', 'alpha']] })
    const [actor, grant] = [await ctxOf(person), await grantOf(person)]
    const act = mutate(actor, async ({ tx, now, actor: standing }) => {
      ensure(holdsAny(standing, ['secops'], 'alpha', now) ? null : refuse('not_allowed', 'no'))
      await tx.$executeRaw`SELECT pg_sleep(${Math.random() * 0.01})`
      return {
        result: now,
        events: [{ action: 'person.updated', system: null, subject: { kind: 'principal', id: person.id }, after: { fields: [] } }],
      }
    })
    const wait = Math.random() * 12
    const end = new Promise((go) => setTimeout(go, wait)).then(() => endGrant(bareCtx(admin), { grant }))
    const [acted] = await Promise.allSettled([act, end])
    const ended = await db.roleGrant.findUniqueOrThrow({ where: { id: grant } })
    const order = (await events())
      .filter((event) => (event.action === 'person.updated' && event.subject_id === person.id) || event.subject_id === grant)
      .map((event) => event.action)
    // The end waits for whoever relied on the grant; whoever comes after it finds none.
    expect(order).toEqual(acted.status === 'fulfilled' ? ['grant.given', 'person.updated', 'grant.ended'] : ['grant.given', 'grant.ended'])
    expect(ended.endsAt).not.toBeNull()
  }
}, 60_000)

test('two admins ending each other’s role at once: one admin stays', async () => {
  const admin = await theAdmin()
  const second = await aPerson({ roles: [['admin', null]] })
  const [a, b] = [await ctxOf(admin), await ctxOf(second)]
  const [ofA, ofB] = [await grantOf(admin), await grantOf(second)]
  const done = await Promise.allSettled([endGrant(a, { grant: ofB }), endGrant(b, { grant: ofA })])
  expect(done.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await db.roleGrant.count({ where: { role: 'admin', systemId: null, endsAt: null } })).toBe(1)
})
