import { beforeAll, describe, expect, it } from 'vitest'
import { factsOfValues } from '@/lib/domain/contract/values'
import { chooseContractVariant } from '@/lib/usecases/contract/choose-variant'
import { aBearer, aKey, api } from '../../support/api'
import { databaseDigest } from '../../support/record'
import { aGovernedSystem, type Scene } from '../../support/scene'
import { type Environment, good, layersOf } from '../../unit/contract/environments'
import { loadPolicy } from '../../unit/policy/policies'

let waxwatch: Scene
let dreichor: Scene
let token: string
let dreichorToken: string

beforeAll(async () => {
  waxwatch = await aGovernedSystem('waxwatch')
  dreichor = await aGovernedSystem('dreichor')
  token = (await aBearer(waxwatch.people.admin, { scopes: ['read'] })).secret
  dreichorToken = (await aBearer(dreichor.people.admin, { scopes: ['read'] })).secret
})

/** What a runtime would report of an environment. */
const report = (environment: Environment, changes: Readonly<Record<string, string | undefined>> = {}) =>
  factsOfValues(loadPolicy(environment.slug), layersOf(environment, changes), environment.profile)

const evaluate = (
  system: string,
  body: Record<string, unknown>,
  { by = system === 'dreichor' ? dreichorToken : token, headers = {} } = {},
) => api(by, `POST /systems/${system}/contract/evaluate`, { body, headers })

type Line = { variable: string; verdict: string; severity: string | null }
const line = (body: Record<string, unknown>, name: string) => (body.lines as Line[]).find(({ variable }) => variable === name)

describe('POST /systems/{system}/contract/evaluate', () => {
  it('004.8: judges an environment in order, and keeps nothing of it', async () => {
    const variables = report(good('dreichor', 'prod'))
    await evaluate('dreichor', { profile: 'prod', variables }) // the first use of a token is noted
    const before = await databaseDigest()
    const { status, body } = await evaluate('dreichor', { profile: 'prod', variables })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ok: true,
      required: 10,
      met: 10,
      off: [],
      system: 'dreichor',
      variant: 'required',
      profile: { asked: 'prod', id: 'prod', class: 'production', known: true },
      policy: { number: 1 },
    })
    expect(await databaseDigest()).toBe(before)
  })

  it('004.9, 004.10: says of each variable what is wrong and how much it weighs', async () => {
    const variables = report(good('dreichor', 'prod'), { EXECUTION_PLANE: 'live', LOG_LEVEL: undefined, EXTRA: 'x' })
    const { body } = await evaluate('dreichor', { profile: 'prod', variables })
    expect(body).toMatchObject({ ok: false, required: 10, met: 8 })
    expect(line(body, 'EXECUTION_PLANE')).toMatchObject({ verdict: 'invalid', severity: 'block' })
    expect(line(body, 'LOG_LEVEL')).toMatchObject({ verdict: 'missing', severity: 'block', required: true })
    expect(line(body, 'EXTRA')).toMatchObject({ verdict: 'unknown-variable', severity: 'note' })
    expect(body.off).toMatchObject([{ id: 'startup', whenMissing: 'startup-failure' }])
  })

  it('001.7: holds a name nobody declared to the contract of production', async () => {
    const { body } = await evaluate('waxwatch', { profile: 'preview-7', variables: [] })
    expect(body).toMatchObject({ ok: false, required: 9, profile: { id: 'production', class: 'production', known: false } })
  })

  it('001.12, 001.4: judges by the variant that is in force, or by the one that is named', async () => {
    const without = { DISCOGS_USER_AGENT: undefined, DISCOGS_TOKEN: undefined, EBAY_CLIENT_ID: undefined, EBAY_CLIENT_SECRET: undefined }
    const variables = report(good('waxwatch', 'production'), without)
    const ask = async (variant?: string) =>
      (await evaluate('waxwatch', { profile: 'production', variables, ...(variant ? { variant } : {}) })).body
    expect(await ask()).toMatchObject({ ok: false, variant: 'default', required: 9, met: 5 })
    expect(await ask('without-providers')).toMatchObject({ ok: true, variant: 'without-providers', required: 5 })
    await chooseContractVariant(waxwatch.people.release_manager, {
      system: 'waxwatch',
      profile: 'production',
      variant: 'without-providers',
      reason: 'This topology has no providers',
    })
    expect(await ask()).toMatchObject({ ok: true, variant: 'without-providers', off: [{ id: 'discogs' }, { id: 'ebay' }] })
    expect(await ask('default')).toMatchObject({ ok: false })
    const none = await evaluate('waxwatch', { profile: 'production', variables, variant: 'smaller' })
    expect([none.status, none.body.place]).toEqual([404, 'variant'])
  })

  it('T18: refuses a value where a name belongs, with the place and never the value', async () => {
    const pasted = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9v'
    for (const [variables, place, status] of [
      [
        [
          { name: 'GOOD', present: true },
          { name: pasted, present: true },
        ],
        'variables[1].name',
        422,
      ],
      [[{ name: 'LOG_LEVEL', present: true, value: pasted }], 'variables[0].value', 422],
      [[{ name: 'postgres://app:hunter2hunter2@db/x', present: true }], 'variables[0].name', 422],
      [[{ name: 'DATABASE_URL', present: true, says: 'dreichor' }], 'variables[0].says', 422],
      [[{ name: 'UNDECLARED', present: true, says: 'word' }], 'variables[0].says', 422],
      [[{ name: 'ПАРОЛЬ', present: true }], 'variables[0].name', 422],
    ] as const) {
      const answer = await evaluate('dreichor', { profile: 'prod', variables })
      expect([answer.status, answer.body.place], place).toEqual([status, place])
      expect(answer.text).not.toContain(pasted)
      expect(answer.text).not.toContain('hunter2')
      expect(answer.text).not.toContain('ПАРОЛЬ')
    }
  })

  it('T24: refuses more than it can read as a whole: too many, twice the same, too large', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ name: `N${index}`, present: true }))
    expect((await evaluate('dreichor', { profile: 'prod', variables: many })).body.detail).toMatch(/At most 1,000 variables/)
    const twice = [
      { name: 'A', present: true },
      { name: 'A', present: false },
    ]
    expect((await evaluate('dreichor', { profile: 'prod', variables: twice })).body).toMatchObject({
      code: 'invalid',
      place: 'variables[1].name',
    })
    const large = Array.from({ length: 1_000 }, () => ({ name: 'N'.repeat(1_200), present: true }))
    expect((await evaluate('dreichor', { profile: 'prod', variables: large })).status).toBe(413)
  })

  it('needs the scope to read, and a system that may be seen (T23); the same key may be sent again', async () => {
    const { secret } = await aBearer(dreichor.people.admin, { scopes: ['read'], systemId: 'dreichor' })
    expect((await evaluate('waxwatch', { profile: 'production', variables: [] }, { by: secret })).status).toBe(404)
    const { secret: other } = await aBearer(dreichor.people.admin, { scopes: ['evidence:bring'] })
    expect((await evaluate('dreichor', { profile: 'prod', variables: [] }, { by: other })).status).toBe(403)
    const headers = { 'idempotency-key': aKey() }
    const [first, second] = [
      await evaluate('dreichor', { profile: 'prod', variables: [] }, { headers }),
      await evaluate('dreichor', { profile: 'prod', variables: [] }, { headers }),
    ]
    expect(second.body).toEqual(first.body)
  })
})

describe('GET /systems/{system}/profiles/{profile}/contract', () => {
  it('gives every variable with its rules, and a JSON Schema', async () => {
    const { body } = await api(dreichorToken, 'GET /systems/dreichor/profiles/prod/contract')
    const variables = body.variables as { name: string; rules: string[]; sources: string; required: boolean }[]
    expect(variables).toHaveLength(10)
    expect(variables.find(({ name }) => name === 'DATABASE_URL')).toMatchObject({
      required: true,
      rules: expect.arrayContaining(['starts with postgres://', 'different on every profile']),
      sources: 'github-environments, deploy-agent',
    })
    expect(body.schema).toMatchObject({ type: 'object', required: expect.arrayContaining(['DATABASE_URL']) })
  })

  it('002.39: gives a .env.example and a table as text', async () => {
    const env = await api(dreichorToken, 'GET /systems/dreichor/profiles/prod/contract', { query: { format: 'env' } })
    expect(env.text).toContain('\nDATABASE_URL=\n')
    expect(env.headers.get('content-disposition')).toBe('attachment; filename=".env.example"')
    const table = await api(token, 'GET /systems/waxwatch/profiles/production/contract', {
      query: { format: 'markdown', variant: 'without-providers' },
    })
    expect(table.text).toMatch(/\| EBAY\\_CLIENT\\_ID \| .* \| optional \|/)
  })
})
