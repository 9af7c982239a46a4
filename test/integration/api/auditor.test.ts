import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { QUESTIONS } from '@/lib/domain/auditor/questions'
import { digestOfChanges } from '@/lib/domain/auditor/sample'
import { EXPORTS_AN_HOUR } from '@/lib/domain/trail-export'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { aBearer, api } from '../../support/api'
import { startLog, type TestLog } from '../../support/log'
import { aPerson } from '../../support/people'
import { aGovernedSystem, aRelease, type Scene, trail } from '../../support/scene'

// The auditor's room over the API: the saved questions, the population and the segregation report, as far as a token may read.

let scene: Scene
let token: string
let everywhere: string
let log: TestLog
let deployments: string[]
let unauthorised: string[]

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  await aGovernedSystem('dreichor')
  token = (await aBearer(scene.people.admin, { scopes: ['read'], systemId: 'robodj' })).secret
  everywhere = (await aBearer(await aPerson('Everywhere', ['admin'], null), { scopes: ['read'] })).secret
  log = await startLog()
  deployments = []
  for (const profile of ['dev', 'staging', 'prod']) {
    const { version } = await aRelease(scene)
    deployments.push((await startDeployment(scene.people.release_manager, { system: 'robodj', profile, version, inputs: [] })).id)
  }
  unauthorised = deployments.slice(1).toReversed() // nothing has to be signed for the first profile
  await log.integrate()
}, 90_000)
afterAll(() => log.close())

const ids = (items: readonly Record<string, unknown>[] = []) => items.map(({ subject }) => (subject as { id: string }).id)

describe('the saved questions', () => {
  it('are answered one by one, page after page, with the entry that shows each finding', async () => {
    const { body } = await api(token, 'GET /audit/questions/unauthorised')
    expect(ids(body.items)).toEqual(unauthorised)
    expect(body).toMatchObject({ next: null })
    expect(body.items?.[0]).toMatchObject({ system: 'robodj', gravity: 'fail', entry: { number: expect.any(Number) } })
    const first = await api(token, 'GET /audit/questions/unauthorised', { query: { limit: 1 } })
    const rest = await api(token, 'GET /audit/questions/unauthorised', { query: { limit: 1, cursor: first.body.next ?? '' } })
    expect([...ids(first.body.items), ...ids(rest.body.items)]).toEqual(unauthorised)
    expect(rest.body.next).toBeNull()
    for (const question of QUESTIONS)
      expect(await api(everywhere, `GET /audit/questions/${question}`), question).toMatchObject({ status: 200 })
  })

  it('are these eight, of whole days, and of systems that the token may see (T23)', async () => {
    expect(await api(token, 'GET /audit/questions/everything')).toMatchObject({ status: 422, body: { place: 'question' } })
    expect(await api(token, 'GET /audit/questions/denied', { query: { from: 'yesterday' } })).toMatchObject({
      status: 422,
      body: { place: 'from' },
    })
    expect(await api(token, 'GET /audit/questions/denied', { query: { system: 'dreichor' } })).toMatchObject({ status: 404 })
    expect(await api(null, 'GET /audit/questions/denied')).toMatchObject({ status: 401 })
    const old = { from: '2025-08-01', to: '2025-08-02' }
    expect((await api(token, 'GET /audit/questions/unauthorised', { query: old })).body).toEqual({ items: [], next: null })
  })
})

describe('the population', () => {
  it('is every change of the period with the checkpoints around it, and taking it is on the record (T35)', async () => {
    const { body } = await api(token, 'GET /audit/population')
    const changes = body.changes as { id: string; number: number }[]
    expect(changes.map(({ id }) => id)).toEqual(deployments)
    expect(body).toMatchObject({
      system: null,
      systems: ['robodj'],
      digest: digestOfChanges(deployments),
      differences: { onlyInRows: [], onlyInTrail: [] },
      log: { after: { note: expect.stringContaining('— ') } },
    })
    expect((await trail({ action: 'trail.exported' })).at(-1)).toMatchObject({ subject: { id: 'population' }, after: { changes: 3 } })
    expect(await api(token, 'GET /audit/population', { query: { system: 'dreichor' } })).toMatchObject({ status: 404 })
  })
})

describe('the segregation report', () => {
  it('says who could sign what as of an instant, and taking it is on the record (T35)', async () => {
    const { body } = await api(token, 'GET /audit/segregation', { query: { system: 'robodj' } })
    const [report] = body.systems as { policy: object | null; report: { rules: { slots: { fillers: object[] }[] }[] } | null }[]
    expect(report?.report?.rules.flatMap(({ slots }) => slots.flatMap(({ fillers }) => fillers)).length).toBeGreaterThan(3)
    expect((await trail({ action: 'trail.exported' })).at(-1)).toMatchObject({ subject: { id: 'segregation' } })
    const before = await api(token, 'GET /audit/segregation', { query: { at: '2020-01-01T00:00:00Z' } })
    expect(before.body).toMatchObject({ at: '2020-01-01T00:00:00.000Z', systems: [{ policy: null, report: null }] })
    expect(await api(token, 'GET /audit/segregation', { query: { at: 'noon' } })).toMatchObject({ status: 422, body: { place: 'at' } })
    expect(await api(token, 'GET /audit/segregation', { query: { system: 'dreichor' } })).toMatchObject({ status: 404 })
  })

  it('is given as often in an hour as exports are (T30)', async () => {
    const busy = (await aBearer(scene.people.admin, { scopes: ['read'], systemId: 'robodj' })).secret
    const answers: number[] = []
    for (let taken = 0; taken <= EXPORTS_AN_HOUR; taken += 1) answers.push((await api(busy, 'GET /audit/segregation')).status)
    expect(answers.filter((status) => status === 200)).toHaveLength(EXPORTS_AN_HOUR)
    expect(answers.at(-1)).toBe(429)
  })
})
