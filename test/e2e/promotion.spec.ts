import { calmDreichor } from './drift-journey'
import { breakGlass, cleanUpGlass, closeGlass, reviewGlass } from './glass-journey'
import { approveBundle, bring, openPromotion, registerRelease, seal, sign, startDeployment, succeed, walkChecklist } from './journey'
import { aRelease, axe, call, demo, digest, evidence, expect, pageOf, test, verdict } from './support'

// The main job, by the people the policies of the five documents name, each in a browser of their own.

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const stamp = Math.floor(Date.now() / 1000) % 100_000_000

test('RoboDJ goes from dev to staging to prod because its gates hold and the right people signed (000.24 to 000.31)', async ({
  browser,
  request,
}) => {
  const version = `3.${stamp}.0`
  const manager = await pageOf(browser, 'Ines Okafor')
  const engineer = await pageOf(browser, 'Jonah Weiss')
  await registerRelease(manager, 'robodj', version, 'hana.sato@demo.countersign.example 3')

  await test.step('into staging: the pipeline checks, an engineer attests, the Release Manager signs', async () => {
    // A release candidate needs its config validation first (000.12): opening too early says so, and the form stands.
    await engineer.goto(`/promotions/new?system=robodj&from=dev&to=staging&release=${version}`)
    await engineer.getByRole('button', { name: 'Open the promotion' }).click()
    await expect(engineer.getByRole('alert').filter({ hasText: 'Config validation' })).toBeVisible()
    await evidence(request, 'robodj', version, 'staging', 'config-validation')
    const promotion = await openPromotion(engineer, 'robodj', 'dev', 'staging', version)
    for (const gate of ['secret-preflight', 'diff-secrets']) await evidence(request, 'robodj', version, 'staging', gate)
    await bring(engineer, promotion, 'docs-updated', 'Runbook and contracts updated in one change')
    // Sealing is the Release Manager's act: the engineer is told so, and is not offered it.
    await expect(engineer.getByText(`${promotion} has no sealed version. The Release Manager seals it first.`).first()).toBeVisible()
    await seal(manager, promotion)
    await sign(manager, promotion, 'Release Manager')
    expect(await verdict(request, 'robodj', 'staging', version)).toMatchObject({ verdict: 'GO', promotion })
    await succeed(manager, await startDeployment(manager, 'robodj', 'staging', version))
  })

  await test.step('into prod: a checklist, a drill bound to the newest snapshot, contacts, four signatures, the last one last', async () => {
    const promotion = await openPromotion(engineer, 'robodj', 'staging', 'prod', version)
    await call(request, 'post', '/api/v1/systems/robodj/snapshots', {
      profile: 'prod',
      takenAt: new Date().toISOString(),
      digest: digest('snapshot', version),
      location: 'backups/prod/newest',
    })
    expect(await walkChecklist(engineer, promotion, 'pre-release-checklist')).toBeGreaterThan(3)
    await evidence(request, 'robodj', version, 'prod', 'secret-preflight')
    await bring(engineer, promotion, 'rollback-drill', 'Restored in 3 min 40 s', 'staging')
    const commander = await pageOf(browser, 'Kofi Mensah')
    await bring(commander, promotion, 'escalation-contacts', '3 contacts, 2 reached by phone')
    // prod takes approved bundles only, and whoever registered one does not approve it (000.5).
    await manager.goto(`/promotions/${promotion}`)
    await expect(manager.getByText(/approves its bundle first/).first()).toBeVisible()
    await approveBundle(await pageOf(browser, 'Noor Halvorsen'), 'robodj', version)
    await seal(manager, promotion)
    const notYet = await verdict(request, 'robodj', 'prod', version)
    expect(notYet.verdict).toBe('NOT_YET')

    // Production approver signs last: the page says so before anything is asked.
    const approver = await pageOf(browser, 'Tomasz Lind')
    await approver.goto(`/promotions/${promotion}/sign`)
    await expect(approver.getByRole('heading', { level: 1 })).toContainText('cannot sign')
    await expect(approver.getByRole('link', { name: /^Go on as/ })).toHaveCount(0)

    await sign(manager, promotion, 'Release Manager')
    await sign(await pageOf(browser, 'Priya Raman'), promotion, 'SecOps')
    const phone = await pageOf(browser, 'Martin Vasquez', PHONE)
    await sign(phone, promotion, 'Management')
    expect(await axe(phone)).toEqual([])
    await sign(approver, promotion, 'Production approver')

    // The configuration is validated again before the deployment (000.12).
    await evidence(request, 'robodj', version, 'prod', 'config-validation')
    expect(await verdict(request, 'robodj', 'prod', version)).toMatchObject({ verdict: 'GO', promotion, reasons: [] })

    // Glass broken at night and not paid for holds it; paid, it goes (000.21, 000.23).
    const { fallback, incident } = await breakGlass(commander, 'robodj', 'prod', 'V1 decrypt errors after a restart')
    await closeGlass(commander, fallback)
    const reasons = async () => (await verdict(request, 'robodj', 'prod', version)).reasons.map(({ sentence }) => sentence).join(' ')
    await expect.poll(reasons).toContain(`${fallback} was closed`)
    await cleanUpGlass(manager, fallback, 'The listing of the host shows neither file, and the env-only preflight passes.')
    await expect.poll(reasons).not.toContain(`${fallback} was closed`)
    expect((await verdict(request, 'robodj', 'prod', version)).verdict).toBe('NOT_YET')
    await commander.goto(`/incidents/${incident}`)
    await expect(commander.getByText(`${incident} cannot be closed`).first()).toBeVisible()
    await reviewGlass(await pageOf(browser, 'Emil Brandt'), fallback, 'One process read the file, nothing else changed.')
    await expect.poll(reasons).toBe('')
    expect(await verdict(request, 'robodj', 'prod', version)).toMatchObject({ verdict: 'GO', promotion, reasons: [] })
    await succeed(manager, await startDeployment(manager, 'robodj', 'prod', version))

    await manager.goto(`/notes/robodj/prod/${version}`)
    for (const name of ['Ines Okafor', 'Priya Raman', 'Martin Vasquez', 'Tomasz Lind', fallback]) {
      await expect(manager.getByText(name).first()).toBeVisible()
    }
    const auditor = await pageOf(browser, 'Clare Adeyemi')
    await auditor.goto(`/audit?subject=${promotion}`)
    await expect(auditor.getByRole('row').filter({ hasText: 'Tomasz Lind' }).first()).toBeVisible()
  })
})

test('Dreichor goes from dev to prod (004.1, 004.9, 004.20)', async ({ browser, request }) => {
  // The demo leaves a log level on prod that nobody recorded: open drift, which would hold the promotion (004.13).
  await calmDreichor(request)
  const version = await aRelease(request, 'dreichor', `sha-${digest(stamp).slice(0, 7)}`)
  const manager = await pageOf(browser, 'Noor Halvorsen')
  const promotion = await openPromotion(await pageOf(browser, 'Leo Amari'), 'dreichor', 'dev', 'prod', version)
  await evidence(request, 'dreichor', version, 'prod', 'variables-valid')
  await evidence(request, 'dreichor', version, 'prod', 'dev-startup')
  await bring(await pageOf(browser, 'Emil Brandt'), promotion, 'isolation', 'No state is shared between the two')
  await seal(manager, promotion)
  await sign(manager, promotion, 'Release Manager')
  await sign(await pageOf(browser, 'Priya Raman'), promotion, 'SecOps')
  await sign(await pageOf(browser, 'Sofia Marek', PHONE), promotion, 'Management')
  const deployment = await startDeployment(manager, 'dreichor', 'prod', version)
  await succeed(manager, deployment)
  await manager.goto('/systems/dreichor')
  await expect(manager.getByText(version).first()).toBeVisible()
})

test('a declined promotion says why, and is sealed anew for everybody to sign again', async ({ browser, request }) => {
  const version = await aRelease(request, 'waxwatch', `14.${stamp}.0`)
  const manager = await pageOf(browser, 'Ines Okafor')
  const promotion = await openPromotion(await pageOf(browser, 'Leo Amari'), 'waxwatch', 'dev', 'staging', version)
  for (const gate of ['ci-green', 'change-surface', 'env-sample']) await evidence(request, 'waxwatch', version, 'staging', gate)
  await seal(manager, promotion)
  await manager.goto(`/promotions/${promotion}/decline`)
  // Bad input first: nothing typed is lost, and the password is not asked for nothing.
  await manager.getByRole('textbox', { name: 'Why' }).fill('The importer drops the last page of a list')
  await manager.getByRole('button', { name: 'Decline as Release Manager' }).click()
  await expect(manager.getByText('Choose what the reason is about.').first()).toBeVisible()
  await expect(manager.getByRole('textbox', { name: 'Why' })).toHaveValue('The importer drops the last page of a list')
  await manager.getByRole('radio', { name: 'Risk' }).check({ force: true })
  await manager.getByLabel(/^Your password/).fill('not my password')
  await manager.getByRole('button', { name: 'Decline as Release Manager' }).click()
  await expect(
    manager
      .getByRole('alert')
      .filter({ hasText: /password/i })
      .first(),
  ).toBeVisible()
  await manager.getByLabel(/^Your password/).fill(demo.password)
  await manager.getByRole('button', { name: 'Decline as Release Manager' }).click()
  await manager.waitForURL((url) => !url.pathname.endsWith('/decline'))
  await manager.goto(`/promotions/${promotion}`)
  await expect(manager.getByText('The importer drops the last page of a list').first()).toBeVisible()
  expect((await verdict(request, 'waxwatch', 'staging', version)).verdict).toBe('NOT_YET')
  await seal(manager, promotion, 2)
  await sign(manager, promotion, 'Release Manager')
  expect((await verdict(request, 'waxwatch', 'staging', version)).verdict).toBe('GO')
})

test('what was sealed is void when a check fails afterwards, and the signature does not carry over', async ({ browser, request }) => {
  const version = await aRelease(request, 'waxwatch', `15.${stamp}.0`)
  const manager = await pageOf(browser, 'Noor Halvorsen')
  const promotion = await openPromotion(await pageOf(browser, 'Leo Amari'), 'waxwatch', 'dev', 'staging', version)
  for (const gate of ['ci-green', 'change-surface', 'env-sample']) await evidence(request, 'waxwatch', version, 'staging', gate)
  await seal(manager, promotion)
  await sign(manager, promotion, 'Release Manager')
  expect((await verdict(request, 'waxwatch', 'staging', version)).verdict).toBe('GO')
  await evidence(request, 'waxwatch', version, 'staging', 'ci-green', { verdict: 'fail', summary: '2 tests fail', exitCode: 1 })
  const after = await verdict(request, 'waxwatch', 'staging', version)
  expect(after.verdict).toBe('NOT_YET')
  await manager.goto(`/promotions/${promotion}`)
  await expect(manager.getByText(/void/i).first()).toBeVisible()
  // The start button refuses with the reasons (the API records an unauthorised one instead).
  await manager.goto(`/deployments/new?system=waxwatch&profile=staging&version=${version}`)
  await expect(manager.getByRole('button', { name: `Start ${version} on staging` })).toHaveAttribute('aria-disabled', 'true')
  await evidence(request, 'waxwatch', version, 'staging', 'ci-green')
  await seal(manager, promotion, 2)
  await manager.goto(`/promotions/${promotion}/compare?from=1&to=2`)
  await expect(manager.getByRole('heading', { level: 1 })).toBeVisible()
  await sign(manager, promotion, 'Release Manager')
  expect((await verdict(request, 'waxwatch', 'staging', version)).verdict).toBe('GO')
})

test('an unauthorised deployment is on the record and on every screen that matters', async ({ browser, request }) => {
  const version = await aRelease(request, 'stack', digest('unauthorised', stamp).slice(0, 7))
  const started = await call(request, 'post', '/api/v1/deployments', { system: 'stack', profile: 'staging', version, inputs: [] })
  expect(started.status).toBe(201)
  expect(started.body.authorised).toBe(false)
  await call(request, 'post', `/api/v1/deployments/${started.body.id}/result`, { result: 'succeeded' })
  const page = await pageOf(browser, 'Ines Okafor')
  await page.goto(`/deployments/${started.body.id}`)
  await expect(page.getByText('was deployed to staging without authority')).toBeVisible()
  await page.goto('/systems/stack')
  await expect(page.getByText(/without authority|unauthorised/i).first()).toBeVisible()
  await page.goto('/')
  await expect(page.getByText(version).first()).toBeVisible()
})

test('nobody signs what they contributed to, and reads why (T02)', async ({ browser, request }) => {
  await calmDreichor(request)
  const version = await aRelease(request, 'dreichor', `sha-${digest('own', stamp).slice(0, 7)}`, {
    contributors: [{ identity: 'priya.raman@demo.countersign.example', commits: 2 }],
  })
  const manager = await pageOf(browser, 'Noor Halvorsen')
  const promotion = await openPromotion(await pageOf(browser, 'Leo Amari'), 'dreichor', 'dev', 'prod', version)
  await evidence(request, 'dreichor', version, 'prod', 'variables-valid')
  await evidence(request, 'dreichor', version, 'prod', 'dev-startup')
  await bring(await pageOf(browser, 'Emil Brandt'), promotion, 'isolation', 'No state is shared between the two')
  await seal(manager, promotion)
  const priya = await pageOf(browser, 'Priya Raman')
  await priya.goto(`/promotions/${promotion}/sign`)
  await expect(
    priya.getByText('You wrote 2 commits of this release. Contributors do not sign towards a production-like profile.').first(),
  ).toBeVisible()
  await expect(priya.getByRole('button', { name: 'Sign as SecOps' })).toHaveAttribute('aria-disabled', 'true')
  await expect(priya.getByLabel(/^Your password/)).toHaveCount(0)
})

test('an emergency goes with its own signatures, never looks ordinary, and owes what it skipped (issue 3; T02)', async ({
  browser,
  request,
}) => {
  const version = await aRelease(request, 'waxwatch', `16.${stamp}.0`)
  const declared = await call(request, 'post', '/api/v1/incidents', {
    system: 'waxwatch',
    title: 'Prices are wrong for everybody',
    severity: 'sev1',
  })
  const incident = declared.body.id as string
  const engineer = await pageOf(browser, 'Leo Amari')
  await engineer.goto(`/promotions/new?system=waxwatch&from=staging&to=production&release=${version}`)
  await engineer.getByRole('radio', { name: 'Emergency' }).check({ force: true })
  const incidents = engineer.getByLabel('Incident', { exact: true })
  await incidents.selectOption({ value: incident })
  await engineer.getByRole('checkbox', { name: 'Deployment checklist' }).first().check({ force: true })
  await engineer.getByLabel('Why they cannot wait').fill('The checklist takes an hour, and every order in it is wrong.')
  await engineer.getByRole('button', { name: 'Open the promotion' }).click()
  await engineer.waitForURL(/\/promotions\/PRM-\d+$/)
  const promotion = engineer.url().split('/').at(-1) as string
  await expect(engineer.getByText(/emergency/i).first()).toBeVisible()

  for (const gate of ['change-surface', 'env-sample', 'check-prod-env']) await evidence(request, 'waxwatch', version, 'production', gate)
  const manager = await pageOf(browser, 'Ines Okafor')
  await seal(manager, promotion)
  await sign(await pageOf(browser, 'Kofi Mensah'), promotion, 'Incident commander')
  await sign(await pageOf(browser, 'Priya Raman'), promotion, 'SecOps')
  expect(await verdict(request, 'waxwatch', 'production', version)).toMatchObject({ verdict: 'GO' })
  await succeed(manager, await startDeployment(manager, 'waxwatch', 'production', version))

  // The ordinary signers look afterwards; who signed in the emergency does not.
  const owed = async () => {
    const { body } = await call(request, 'get', '/api/v1/systems/waxwatch/debts')
    return (body.items as { subject: { id: string } }[]).filter(({ subject }) => subject.id === promotion).length
  }
  await expect.poll(owed).toBe(4)
  for (const [name, slot] of [
    ['Noor Halvorsen', 'Release Manager'],
    ['Emil Brandt', 'SecOps'],
    ['Martin Vasquez', 'Management'],
  ] as const) {
    const reviewer = await pageOf(browser, name)
    await reviewer.goto(`/promotions/${promotion}/review`)
    await reviewer.getByRole('radio', { name: 'I accept it' }).check({ force: true })
    await reviewer.getByLabel('Why', { exact: true }).fill('The fix did what it said, and nothing else.')
    const button = reviewer.getByRole('button', { name: `Record the review as ${slot}` })
    await button.click()
    await expect(button).toHaveCount(0)
  }
  await expect.poll(owed).toBe(1)
  await walkChecklist(manager, promotion, 'deployment-checklist')
  await expect.poll(owed).toBe(0)
  await manager.goto(`/notes/waxwatch/production/${version}`)
  await expect(manager.getByText(/emergency/i).first()).toBeVisible()
  await expect(manager.getByText(incident).first()).toBeVisible()
})
