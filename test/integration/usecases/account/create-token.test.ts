import { expect, test } from 'vitest'
import { isBearerToken } from '@/lib/crypto/bearer-token'
import { db } from '@/lib/db/client'
import { createToken } from '@/lib/usecases/account/create-token'
import { anAgent, aPerson, aSystem, bareCtx, ctxOf, events, refusalOf, theAdmin } from '@/test/support/factories'

const wish = { name: 'Pipeline', agent: null, system: 'alpha', scopes: ['evidence:bring' as const], gates: [], days: 30 }

test('a token is shown once, stored as a hash, and is nowhere else (T19)', async () => {
  await aSystem('alpha')
  const { id, secret, expiresAt } = await createToken(await ctxOf(await theAdmin()), wish)
  expect(secret).toMatch(/^csn_[0-9A-Za-z]{36}$/)
  expect(isBearerToken(secret)).toBe(true)
  const row = await db.apiToken.findUniqueOrThrow({ where: { id }, include: { actsAs: true } })
  expect(row).toMatchObject({
    prefix: secret.slice(0, 8),
    lastFour: secret.slice(-4),
    systemId: 'alpha',
    actsAs: { kind: 'token', sponsorId: (await theAdmin()).id },
  })
  expect(row.expiresAt).toEqual(expiresAt)
  expect(JSON.stringify(row)).not.toContain(secret)
  expect(JSON.stringify(await events())).not.toContain(secret)
})

test('who may make which token (T11)', async () => {
  await aSystem('alpha')
  const sponsor = await aPerson({ roles: [['release_manager', 'alpha']] })
  const agent = await anAgent({ system: 'alpha', sponsor })
  const foreign = await anAgent({ system: 'alpha' })
  const makers = {
    'admin of all': await theAdmin(),
    'admin of alpha': await aPerson({ roles: [['admin', 'alpha']] }),
    sponsor,
    engineer: await aPerson({ roles: [['engineer', 'alpha']] }),
  }
  const wishes = {
    'of its own': wish,
    'of all systems': { ...wish, system: null },
    'of the agent': { ...wish, agent: agent.id },
    'of a foreign agent': { ...wish, agent: foreign.id },
  }
  const table: string[] = []
  for (const [maker, person] of Object.entries(makers)) {
    for (const [which, input] of Object.entries(wishes)) {
      table.push(
        `${maker}, ${which}: ${await createToken(await ctxOf(person), input).then(
          () => 'made',
          (error) => error.refusal.code,
        )}`,
      )
    }
  }
  expect(table).toMatchInlineSnapshot(`
    [
      "admin of all, of its own: made",
      "admin of all, of all systems: made",
      "admin of all, of the agent: made",
      "admin of all, of a foreign agent: made",
      "admin of alpha, of its own: made",
      "admin of alpha, of all systems: not_allowed",
      "admin of alpha, of the agent: made",
      "admin of alpha, of a foreign agent: made",
      "sponsor, of its own: not_allowed",
      "sponsor, of all systems: not_allowed",
      "sponsor, of the agent: made",
      "sponsor, of a foreign agent: not_allowed",
      "engineer, of its own: not_allowed",
      "engineer, of all systems: not_allowed",
      "engineer, of the agent: not_allowed",
      "engineer, of a foreign agent: not_allowed",
    ]
  `)
})

test('no token lives longer than ninety days, is wider than its agent, or acts as a person', async () => {
  const admin = bareCtx(await theAdmin())
  await aSystem('alpha')
  const agent = await anAgent({ system: 'alpha' })
  expect(await refusalOf(createToken(admin, { ...wish, days: 91 }))).toMatchObject({ code: 'invalid', place: 'days' })
  expect(await refusalOf(createToken(admin, { ...wish, agent: agent.id, system: null }))).toMatchObject({ code: 'policy_forbids' })
  expect(await refusalOf(createToken(admin, { ...wish, agent: (await aPerson()).id }))).toMatchObject({ code: 'invalid', place: 'agent' })
  expect(await refusalOf(createToken(admin, { ...wish, system: 'no-such' }))).toMatchObject({ code: 'not_found' })
})
