import { expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { mutate } from '@/lib/db/mutate'
import { aPerson } from '../../support/people'

it('a statement that waited until it was cut off says that somebody else is deciding, and nothing of it is kept (T07)', async () => {
  const { actor } = await aPerson('Someone', ['engineer'])
  const before = await db.throttle.count()
  const cut = mutate({ actor, request: { id: 'a test', ip: null, agentHash: null } }, async ({ tx, now }) => {
    await tx.throttle.create({ data: { key: 'cut off', level: 1, updatedAt: now } })
    await tx.$executeRaw`SET LOCAL statement_timeout = '50ms'`
    await tx.$queryRaw`SELECT pg_sleep(2)::text`
    return { result: null, events: [{ action: 'person.updated', system: null, subject: { kind: 'principal', id: actor.id } }] }
  })
  await expect(cut).rejects.toMatchObject({ refusal: { code: 'busy' } })
  expect(await db.throttle.count()).toBe(before)
})
