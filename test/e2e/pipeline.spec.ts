import { randomUUID } from 'node:crypto'
import { bring, seal, sign, walkChecklist } from './journey'
import { aRelease, call, demo, digest, evidence, expect, pageOf, test, verdict } from './support'

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

test('a release goes to production from the pipeline’s side: it brings and asks over HTTP, people attest, seal and sign in the browser', async ({
  browser,
  request,
}) => {
  const system = 'waxwatch'
  const profile = 'production'
  const name = `sha-${digest('from the pipeline', Date.now()).slice(0, 7)}`
  const sha = digest('commit', system, name).slice(0, 40)
  const ask = () => verdict(request, system, profile, name)
  const whoActs = async () => [...new Set((await ask()).reasons.map(({ who }) => who))]

  expect(await ask()).toMatchObject({ verdict: 'NOT_YET', release: null, promotion: null, dossier: null })
  await aRelease(request, system, name)
  const opened = await call(request, 'post', '/api/v1/promotions', { system, version: name, to: profile })
  expect(opened.status, JSON.stringify(opened.body)).toBe(201)
  const promotion = opened.body.id as string
  expect(opened.headers.location).toBe(`/api/v1/promotions/${promotion}`)
  const read = async () => (await call(request, 'get', `/api/v1/promotions/${promotion}`)).body
  const gates = (await read()).gates as { id: string; title: string; kind: string; whoCanBring: string }[]

  await test.step('it brings what checks ask; what people attest or tick it may not', async () => {
    const before = await ask()
    for (const gate of gates) {
      expect(
        before.reasons.some(({ code, sentence }) => code === 'gate_not_passed' && sentence.includes(gate.title)),
        gate.id,
      ).toBe(true)
      if (gate.kind === 'check') await evidence(request, system, name, profile, gate.id, { ranOn: 'staging' })
      else {
        const at = `/api/v1/systems/${system}/releases/${name}/evidence`
        const denied = await call(request, 'post', at, { profile, gate: gate.id, verdict: 'pass', summary: 'I say so' })
        expect([403, 409, 422], `${gate.id}: ${JSON.stringify(denied.body)}`).toContain(denied.status)
      }
    }
    expect((await ask()).reasons.filter(({ code }) => code === 'gate_not_passed')).toHaveLength(
      gates.filter(({ kind }) => kind !== 'check').length,
    )
  })

  await test.step('it has no way to seal or sign', async () => {
    for (const act of ['seal', 'sign', 'decline', 'sign-offs']) {
      const answer = await call(request, 'post', `/api/v1/promotions/${promotion}/${act}`, {})
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } })
      expect(answer.headers['content-type']).toBe('application/problem+json')
    }
    const put = await request.put(`/api/v1/promotions/${promotion}`, { headers: { authorization: `Bearer ${demo.token}` }, data: {} })
    expect([put.status(), put.headers().allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  await test.step('people attest, tick, seal and sign, and the verdict says each time who is next', async () => {
    const lead = await pageOf(browser, 'Aiko Tanaka')
    for (const gate of gates) {
      if (gate.kind === 'attestation') await bring(lead, promotion, gate.id, 'A guarded job, tried on staging')
      if (gate.kind === 'checklist') expect(await walkChecklist(lead, promotion, gate.id)).toBeGreaterThan(0)
    }
    expect(await ask()).toMatchObject({ dossier: null, reasons: [{ sentence: 'No version is sealed.', who: 'Release Manager' }] })
    const manager = await pageOf(browser, 'Noor Halvorsen')
    await seal(manager, promotion)
    expect(await ask()).toMatchObject({ verdict: 'NOT_YET', dossier: { number: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) } })
    expect(await whoActs()).toEqual(['Release Manager', 'SecOps', 'Management'])
    await sign(manager, promotion, 'Release Manager')
    await sign(await pageOf(browser, 'Emil Brandt'), promotion, 'SecOps')
    expect(await whoActs()).toEqual(['Management'])
    await sign(await pageOf(browser, 'Sofia Marek'), promotion, 'Management')
  })

  await test.step('GO: it deploys with authority, and records how that went', async () => {
    const { sealed } = await read()
    expect(await ask()).toMatchObject({ verdict: 'GO', kind: 'deploy', reasons: [], promotion, dossier: { number: 1, hash: sealed.hash } })
    const started = await call(request, 'post', '/api/v1/deployments', { system, profile, version: name, inputs: [] })
    expect(started).toMatchObject({ status: 201, body: { authorised: true, kind: 'deploy', reasons: [] } })
    expect(await ask()).toMatchObject({ verdict: 'NOT_YET', running: started.body.id })
    const result = `/api/v1/deployments/${started.body.id}/result`
    const another = await call(request, 'post', result, { result: 'succeeded', stamp: { GIT_SHA: digest('another').slice(0, 40) } })
    expect(another).toMatchObject({ status: 409, body: { code: 'policy_forbids' } })
    expect((await call(request, 'post', result, { result: 'succeeded', stamp: { GIT_SHA: sha } })).body).toMatchObject({
      status: 'succeeded',
    })
    expect(await ask()).toMatchObject({ verdict: 'GO', kind: 'redeploy' })
    const { profiles } = (await call(request, 'get', `/api/v1/systems/${system}`)).body
    expect(profiles.find(({ id }: { id: string }) => id === profile).live).toMatchObject({ version: name, authorised: true })
    const events = (await call(request, 'get', `/api/v1/audit-events?subject=${promotion}&limit=200`)).body.items as { action: string }[]
    const actions = events.map(({ action }) => action)
    for (const action of ['promotion.opened', 'promotion.sealed', 'promotion.signed', 'promotion.deployed'])
      expect(actions).toContain(action)
  })
})

test('lists turn by opaque cursors over HTTP, and refuse one that was touched', async ({ request }) => {
  const first = await call(request, 'get', '/api/v1/audit-events?limit=2')
  const next = first.body.next as string
  const second = await call(request, 'get', `/api/v1/audit-events?limit=2&cursor=${encodeURIComponent(next)}`)
  const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id)
  expect(new Set(ids).size).toBe(4)
  expect(await call(request, 'get', `/api/v1/audit-events?limit=2&cursor=${encodeURIComponent(`${next}x`)}`)).toMatchObject({
    status: 422,
    body: { code: 'invalid', place: 'cursor' },
  })
  expect(await call(request, 'get', '/api/v1/audit-events?limit=201')).toMatchObject({ status: 422, body: { place: 'limit' } })
})

test('the page of the API shows every call, with examples that work as they are copied', async ({ browser, request }) => {
  const options = { permissions: ['clipboard-read', 'clipboard-write'] }
  const page = await pageOf(browser, 'Jonah Weiss', options)
  await page.goto('/settings/tokens')
  await page.getByRole('link', { name: 'What a pipeline can ask and tell with one' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'API' })).toBeVisible()
  const document = await (await request.get('/openapi.json')).json()
  const operations = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>).flatMap(Object.values)
  for (const { operationId } of operations) await expect(page.locator(`#${operationId}`)).toBeAttached()

  const article = page.locator('#getVerdict')
  await article.getByRole('button', { name: 'Copy' }).click()
  await expect(article.getByRole('button', { name: 'Copied' })).toBeVisible()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  const address = /"\$COUNTERSIGN([^"]+)"/.exec(copied)?.[1] as string
  expect((await call(request, 'get', address)).body).toMatchObject({ verdict: expect.stringMatching(/^(GO|NOT_YET)$/) })

  // The `type` of a problem leads to its code on the page.
  const refused = await call(request, 'get', '/api/v1/promotions/PRM-99999')
  await page.goto(new URL(refused.body.type).pathname + new URL(refused.body.type).hash)
  await expect(page.locator('#not_found')).toBeInViewport()

  // axe looks at this page with all the others (axe.spec.ts); here, that nothing folded is wider than a phone.
  await page.setViewportSize({ width: 390, height: 844 })
  await page.evaluate(() => {
    for (const folded of window.document.querySelectorAll('details')) folded.open = true
  })
  expect(await page.evaluate(() => window.document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
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
