import { expect, test } from 'vitest'
import { listTokens } from '@/lib/queries/account/list-tokens'
import { revokeToken } from '@/lib/usecases/account/revoke-token'
import { aPerson, aSystem, aToken, ctxOf } from '@/test/support/factories'

test('tokens come page by page, newest first, each once; live ones are counted over every page', async () => {
  const system = await aSystem('paged')
  const admin = await aPerson({ roles: [['admin', null]] })
  const made: string[] = []
  for (let n = 0; n < 5; n += 1) made.push((await aToken({ by: admin, system })).id)
  const ctx = await ctxOf(admin)
  const looker = { actor: ctx.actor, now: new Date() }
  await revokeToken(ctx, { token: made[4] as string })
  const seen: string[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<typeof listTokens>> = await listTokens({ ...looker, now: new Date() }, { limit: 2, after })
    expect(page.rows.length).toBeLessThanOrEqual(2)
    expect(page.live).toBe(4)
    seen.push(...page.rows.map(({ id }) => id))
    after = page.next
  } while (after !== null)
  expect(seen.toSorted()).toEqual(made.toSorted())
  expect((await listTokens(looker, { limit: 2, after: null })).rows.map(({ id }) => id)).toEqual([made[3], made[4]])
})
