import { randomUUID } from 'node:crypto'
import { aRelease, call, demo, digest, evidence, expect, test, verdict } from './support'

const version = `9.${Date.now() % 100_000}.0`

test('a pipeline registers, brings evidence, asks, deploys without leave and reads that it was not authorised', async ({ request }) => {
  await aRelease(request, 'waxwatch', version)
  const before = await verdict(request, 'waxwatch', 'staging', version)
  expect(before.verdict).toBe('NOT_YET')
  const opened = await call(request, 'post', '/api/v1/promotions', { system: 'waxwatch', version, to: 'staging' })
  expect(opened.status).toBe(201)
  expect(opened.body.id).toMatch(/^PRM-\d{4,}$/)
  for (const gate of ['ci-green', 'change-surface', 'env-sample']) await evidence(request, 'waxwatch', version, 'staging', gate)
  const after = await verdict(request, 'waxwatch', 'staging', version)
  expect(after).toMatchObject({ verdict: 'NOT_YET', promotion: opened.body.id })
  expect(after.reasons.map(({ who }) => who)).toContain('Release Manager')
  // 001.7: a name nobody declared counts as production and fails closed.
  expect((await verdict(request, 'waxwatch', 'qa-7', version)).verdict).toBe('NOT_YET')

  const started = await call(request, 'post', '/api/v1/deployments', {
    system: 'waxwatch',
    profile: 'staging',
    version,
    inputs: ['image', 'env'],
  })
  expect(started.status).toBe(201)
  expect(started.body).toMatchObject({ authorised: false })
  expect(started.body.reasons.length).toBeGreaterThan(0)
  const ended = await call(request, 'post', `/api/v1/deployments/${started.body.id}/result`, { result: 'succeeded' })
  expect(ended.body).toMatchObject({ status: 'succeeded' })
  const events = await call(request, 'get', '/api/v1/audit-events?system=waxwatch&limit=10')
  expect(events.status).toBe(200)
  expect(JSON.stringify(events.body)).toContain(started.body.id)
})

test('refusals are problem documents that say what to do, and keep nothing', async ({ request }) => {
  const release = `/api/v1/systems/waxwatch/releases`
  const body = {
    version: `8.${Date.now() % 100_000}.0`,
    gitSha: digest('x').slice(0, 40),
    artefact: 'waxwatch:latest',
    buildDate: new Date().toISOString(),
  }
  const mutable = await call(request, 'post', release, body)
  expect(mutable).toMatchObject({ status: 409, body: { code: 'policy_forbids' } })
  expect(mutable.headers['content-type']).toBe('application/problem+json')
  expect(mutable.body.detail).toContain('latest')
  const unknown = await call(request, 'post', release, { ...body, artefact: `waxwatch@sha256:${digest('y')}`, status: 'approved' })
  expect(unknown).toMatchObject({ status: 422, body: { code: 'unknown_field', place: 'status' } })
  const secret = ['postgresql+psycopg', '://app:', 'hunter2hunter2', '@db.example.org/app'].join('')
  const pasted = await call(request, 'post', `${release}/${version}/evidence`, {
    profile: 'staging',
    gate: 'ci-green',
    verdict: 'pass',
    summary: `connects to ${secret}`,
  })
  expect(pasted).toMatchObject({ status: 422, body: { code: 'secret_refused' } })
  expect(JSON.stringify(pasted.body)).not.toContain('hunter2')
  const nobody = await request.get('/api/v1/systems', { headers: { authorization: `Bearer ${demo.token.slice(0, -1)}x` } })
  expect(nobody.status()).toBe(401)
})

test('the same idempotency key answers the same once, and refuses another body (T10)', async ({ request }) => {
  const key = randomUUID()
  const name = `7.${Date.now() % 100_000}.0`
  const body = {
    version: name,
    gitSha: digest('z', name).slice(0, 40),
    artefact: `waxwatch@sha256:${digest(name)}`,
    buildDate: new Date().toISOString(),
  }
  const post = (data: object) => call(request, 'post', '/api/v1/systems/waxwatch/releases', data, { 'idempotency-key': key })
  const [first, second] = await Promise.all([post(body), post(body)])
  expect([first.status, second.status]).toEqual([201, 201])
  expect(first.body).toEqual(second.body)
  expect((await post({ ...body, version: `${name}-x` })).status).toBe(409)
})

test('probes and the build stamp are there for whoever watches (002.27, 002.34)', async ({ request }) => {
  expect((await request.get('/health')).status()).toBe(200)
  expect((await request.get('/ready')).status()).toBe(200)
  expect(await (await request.get('/version')).json()).toHaveProperty('APP_VERSION')
  const document = await (await request.get('/openapi.json')).json()
  expect(document.openapi).toMatch(/^3\.1/)
})
