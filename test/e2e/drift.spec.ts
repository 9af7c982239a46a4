import { approveException, askForMore, closeByObservation, closeException, exceptionOf, fileException, report } from './drift-journey'
import { openPromotion, seal, sign } from './journey'
import { aRelease, axe, call, digest, evidence, expect, pageOf, test, verdict } from './support'

// What really runs, compared with what the policy says: exceptions are filed, approved, extended and closed, and drift stands in the way until then.

const stamp = Math.floor(Date.now() / 1000) % 100_000_000

test('an engineer files an exception, gets it approved, extends and closes it (000.32)', async ({ browser, request }) => {
  const engineer = await pageOf(browser, 'Jonah Weiss')
  const exception = await fileException(
    engineer,
    { system: 'stack', profile: 'local', rule: 'runtime.dataSource' },
    {
      observed: 'a copy of the demo tenant',
      why: 'The importer of tenants is tried on real shapes.',
      duration: '7 days',
      fix: 'Reset the local database and seed it again.',
    },
  )
  expect(await exceptionOf(request, exception)).toMatchObject({ state: 'filed', extensions: 0 })

  await test.step('whoever filed it does not approve it, and reads why', async () => {
    await engineer.goto(`/exceptions/${exception}/approve`)
    await expect(engineer.getByRole('heading', { level: 1 })).toContainText('cannot approve')
    await expect(engineer.getByRole('link', { name: /^Go on as/ })).toHaveCount(0)
  })

  await approveException(await pageOf(browser, 'Noor Halvorsen'), exception, 'Release Manager')
  expect(await exceptionOf(request, exception)).toMatchObject({ state: 'filed' })
  await approveException(await pageOf(browser, 'Emil Brandt'), exception, 'SecOps')
  const first = await exceptionOf(request, exception)
  expect(first).toMatchObject({ state: 'running' })

  await test.step('more time is a new approval; until then the old end holds', async () => {
    await askForMore(engineer, exception, 12, 'The importer needs another round.')
    expect(await exceptionOf(request, exception)).toMatchObject({ endsAt: first.endsAt, extensions: 0, askedUntil: expect.any(String) })
    await approveException(await pageOf(browser, 'Noor Halvorsen'), exception, 'Release Manager')
    await approveException(await pageOf(browser, 'Emil Brandt'), exception, 'SecOps')
    const longer = await exceptionOf(request, exception)
    expect(longer).toMatchObject({ state: 'running', extensions: 1, askedUntil: null })
    expect(Date.parse(longer.endsAt)).toBeGreaterThan(Date.parse(first.endsAt))
  })

  await closeException(engineer, exception, 'The local database was reset.', 'https://ci.example.org/stack/local-reset')
  expect(await exceptionOf(request, exception)).toMatchObject({ state: 'closed', closingLink: 'https://ci.example.org/stack/local-reset' })
  expect(await axe(engineer)).toEqual([])
})

test('an observation opens a finding that blocks a promotion; an exception covers it and is in the notes; run over, it blocks again', async ({
  browser,
  request,
}) => {
  const instance = 'journey'
  await report(request, 'stack', 'staging', instance, { migrations: { heads: ['0042'], diverged: false } })
  // Built after whatever other journeys put there, so that none of them supersedes it.
  const version = await aRelease(request, 'stack', digest('drift', stamp).slice(0, 7), {
    buildDate: new Date(Date.now() - 60_000).toISOString(),
  })
  const manager = await pageOf(browser, 'Ines Okafor')
  const engineer = await pageOf(browser, 'Hana Sato')
  const promotion = await openPromotion(await pageOf(browser, 'Leo Amari'), 'stack', 'ci', 'staging', version)
  for (const gate of ['lint-types', 'unit-tests', 'docs-guards', 'migration-checks'])
    await evidence(request, 'stack', version, 'staging', gate)
  const reasons = async () => (await verdict(request, 'stack', 'staging', version)).reasons.map(({ sentence }) => sentence).join(' ')

  const { opened } = await report(request, 'stack', 'staging', instance, { migrations: { heads: ['0042', '0043'], diverged: false } })
  const finding = opened.find(({ rule }) => rule === 'migrations')?.id as string
  expect(finding).toMatch(/^FND-/)

  await test.step('it stands in the way, and the page says who can move it', async () => {
    expect(await reasons()).toContain(finding)
    await manager.goto(`/promotions/${promotion}`)
    await expect(manager.getByText(finding).first()).toBeVisible()
    await engineer.goto(`/findings/${finding}`)
    await expect(engineer.getByRole('heading', { level: 1 })).toBeVisible()
  })

  const exception = await fileException(
    engineer,
    { system: 'stack', profile: 'staging', rule: 'migrations' },
    {
      why: 'Two branches met; the merge revision goes with the next release.',
      duration: '4 hours',
      fix: 'Merge the heads in one revision and migrate.',
    },
  )
  expect(await reasons()).toContain(finding) // filed covers nothing
  await approveException(manager, exception, 'Release Manager')
  await approveException(await pageOf(browser, 'Priya Raman'), exception, 'SecOps')
  expect(await reasons()).not.toContain(finding)

  await test.step('with it the release goes, and its notes print it', async () => {
    await seal(manager, promotion)
    await manager.goto(`/promotions/${promotion}/sign`)
    await expect(manager.getByText(exception).first()).toBeVisible()
    await sign(manager, promotion, 'Release Manager')
    await expect.poll(async () => (await verdict(request, 'stack', 'staging', version)).verdict, { timeout: 30_000 }).toBe('GO')
    await manager.goto(`/notes/stack/staging/${version}`)
    await expect(manager.getByText(exception).first()).toBeVisible()
    await expect(manager.getByText('Hana Sato').first()).toBeVisible()
  })

  await test.step('closed while it still deviates, it is open drift again; another one that runs over holds as well', async () => {
    const { owner } = await exceptionOf(request, exception)
    await closeException(engineer, exception, 'The heads are merged.', 'https://ci.example.org/stack/merge')
    await expect.poll(reasons).toContain(finding)
    // Its approvers are at their desks: what is short must not run out while somebody signs in.
    const [first, second] = [await pageOf(browser, 'Noor Halvorsen'), await pageOf(browser, 'Emil Brandt')]
    const until = new Date(Date.now() + 120_000)
    const filed = await call(request, 'post', '/api/v1/exceptions', {
      system: 'stack',
      profile: 'staging',
      rule: 'migrations',
      observed: 'two heads',
      reason: 'The merge went to another branch.',
      startsAt: new Date(Date.now() - 60_000).toISOString(),
      until: until.toISOString(),
      owner: owner.id,
      remediation: 'Merge the heads in one revision and migrate.',
    })
    expect(filed.status, JSON.stringify(filed.body)).toBe(201)
    const short = (filed.body as { id: string }).id
    await approveException(first, short, 'Release Manager')
    await approveException(second, short, 'SecOps')
    expect(await exceptionOf(request, short)).toMatchObject({ state: 'running' })
    expect(await reasons()).not.toContain(finding)
    await expect.poll(async () => (await exceptionOf(request, short)).state, { timeout: 150_000, intervals: [2_000] }).toBe('overdue')
    const again = await reasons()
    expect(again).toContain(finding)
    expect(again).toContain(short)

    // One head again: the finding closes by itself, and what shows the deviation gone closes the exception.
    const { observations, closed } = await report(request, 'stack', 'staging', instance, {
      migrations: { heads: ['0044'], diverged: false },
    })
    expect(closed).toContain(finding)
    await closeByObservation(engineer, short, 'One head again.', observations[0]?.id as string)
    expect(await exceptionOf(request, short)).toMatchObject({ state: 'closed', closingObservation: observations[0]?.id })
    await expect.poll(reasons).not.toContain(short)
  })
})
