import type { APIRequestContext, Page } from '@playwright/test'
import { agentRecords, approveRotation, asAgent, openRotation, recordSteps, rotationOf } from './rotation-journey'
import { axe, call, expect, pageOf, test } from './support'

// Keys are rotated by those who own them, approved by those whom the policy names, and taken back when it fails.

const AGENT = 'Release Manager Agent'
const stamp = Math.floor(Date.now() / 1000).toString(36)

test('RoboDJ staging: its agent rotates the pair, Management approves (000.15, 000.17, 000.20, 003.7)', async ({ browser, request }) => {
  const secops = await pageOf(browser, 'Priya Raman')
  const id = await openRotation(secops, 'robodj', 'staging')
  const agent = asAgent(AGENT)
  // Nothing runs before it is approved, and software does not approve.
  expect((await call(request, 'post', `/api/v1/rotations/${id}/start`, { owner: 'release-manager-agent' }, agent)).status).toBe(409)
  const management = await pageOf(browser, 'Sofia Marek')
  await management.goto('/')
  await expect(management.getByRole('link', { name: 'Review and approve' }).first()).toBeVisible()
  await approveRotation(management, id, 'Management')
  await agentRecords(request, id, agent, {})
  const started = await call(request, 'post', `/api/v1/rotations/${id}/start`, { owner: 'release-manager-agent' }, agent)
  expect(started.status, JSON.stringify(started.body)).toBe(200)
  await agentRecords(request, id, agent, { 'secret-key': `k-${stamp}` })
  // New keys are in place and nothing is verified: every page of the system says so.
  await secops.goto('/systems/robodj')
  await expect(secops.getByRole('region', { name: 'Rotation half done' }).filter({ hasText: id })).toBeVisible()
  await agentRecords(request, id, agent, {})
  const done = await call(request, 'post', `/api/v1/rotations/${id}/complete`, { proof: 'The store lists it as destroyed.' }, agent)
  expect(done.status, JSON.stringify(done.body)).toBe(200)
  await secops.goto(`/rotations/${id}`)
  await expect(secops.getByText('Completed').first()).toBeVisible()
  await secops.goto('/systems/robodj/env/staging/secret-v2-key')
  await expect(secops.getByText(id).first()).toBeVisible()
})

test('RoboDJ prod: two owners, one of them an agent; the incident commander approves (000.21, 000.22, 003.12)', async ({
  browser,
  request,
}) => {
  const agent = asAgent(AGENT)
  // The one that the demo left running is finished first: one rotation of the same keys at a time.
  const running = await call(request, 'get', '/api/v1/rotations?system=robodj&profile=prod&status=in_progress')
  const before = running.body.items[0].id as string
  await agentRecords(request, before, agent, { 'secret-key': `p-${stamp}` })
  await agentRecords(request, before, agent, {})
  const secops = await pageOf(browser, 'Priya Raman')
  const confirm = async (rotation: string) => {
    await secops.goto(`/rotations/${rotation}`)
    const button = secops.getByRole('button', { name: 'Confirm as SecOps Secrets Auditor Agent' })
    await button.click()
    await expect(button).toHaveCount(0)
  }
  const complete = (rotation: string) =>
    call(request, 'post', `/api/v1/rotations/${rotation}/complete`, { proof: 'The store lists it as destroyed.' }, agent)
  // Without the other owner it does not end.
  expect((await complete(before)).status).toBe(409)
  await confirm(before)
  expect((await complete(before)).status).toBe(200)

  const manager = await pageOf(browser, 'Ines Okafor')
  const id = await openRotation(manager, 'robodj', 'prod')
  // In prod the way by file is shown as refused, with its rule (003 against 000).
  await expect(manager.getByText(/prohibited outside explicit local dev/).first()).toBeVisible()
  const commander = await pageOf(browser, 'Kofi Mensah', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  await approveRotation(commander, id, 'Incident commander or designated production approver')
  expect(await axe(commander)).toEqual([])
  await agentRecords(request, id, agent, {})
  expect((await call(request, 'post', `/api/v1/rotations/${id}/start`, { owner: 'release-manager-agent' }, agent)).status).toBe(200)
  await agentRecords(request, id, agent, { 'secret-key': `q-${stamp}` })
  await agentRecords(request, id, agent, {})
  await confirm(id)
  expect((await complete(id)).status).toBe(200)
  expect((await rotationOf(request, id)).phase).toBe('completed')
})

test('a verification fails, and the keys go back with an incident and a postmortem (003.13, 003.14, 003.19)', async ({
  browser,
  request,
}) => {
  const performer = await pageOf(browser, 'Ines Okafor')
  const opener = await pageOf(browser, 'Priya Raman')
  const id = await openRotation(opener, 'dreichor', 'prod-database')
  await recordSteps(performer, id)
  await approveRotation(await pageOf(browser, 'Lena Fischer'), id, 'Incident commander or production approver')
  await performer.goto(`/rotations/${id}`)
  await performer.getByRole('button', { name: /^Start/ }).click()
  await expect(performer.getByRole('button', { name: /^Start/ })).toHaveCount(0)
  for (let turn = 0; turn < 10 && (await rotationOf(request, id)).status === 'in_progress'; turn++) {
    await performer.goto(`/rotations/${id}`)
    const form = performer.locator('li[aria-current="step"]').getByRole('form', { name: /^Record: / })
    const name = (await form.getAttribute('aria-label')) as string
    const note = form.locator('textarea[name="note"]')
    if ((await note.count()) > 0 && (await note.isVisible())) await note.fill('exit 0')
    await form.locator('button[name="state"][value="done"]').click()
    await expect(performer.getByRole('form', { name, exact: true })).toHaveCount(0)
  }
  expect((await rotationOf(request, id)).status).toBe('verifying')
  await performer.goto(`/rotations/${id}`)
  await performer.getByText('It failed, roll back').first().click()
  const back = performer.getByRole('form', { name: 'Roll back' }).first()
  await back.getByRole('radio').first().check({ force: true })
  await back.getByLabel('In a few words').fill('Access is refused with the new credential.')
  await back.getByRole('button', { name: /^Roll back/ }).click()
  await expect(performer.getByText('Rolling back').first()).toBeVisible()
  await opener.goto('/systems/dreichor')
  await expect(opener.getByRole('region', { name: 'Rotation half done' }).filter({ hasText: 'rolled back' })).toBeVisible()
  await recordSteps(performer, id)
  await performer.goto(`/rotations/${id}`)
  await performer.getByLabel('Postmortem').fill('ops/postmortems/dreichor-again')
  await performer.getByRole('button', { name: /^Rolled back/ }).click()
  await expect(performer.getByText('ops/postmortems/dreichor-again').first()).toBeVisible()
  const ended = await call(request, 'get', `/api/v1/rotations/${id}`)
  expect(ended.body).toMatchObject({
    status: 'rolled_back',
    postmortem: 'ops/postmortems/dreichor-again',
    incident: expect.stringMatching(/^INC-/),
  })
})

test('an emergency stands under its open incident (issue 3; T33)', async ({ browser, request }) => {
  const manager = await pageOf(browser, 'Noor Halvorsen')
  await manager.goto('/rotations/new?system=waxwatch&rule=production-ebay&cause=suspected_exposure')
  await manager.getByRole('button', { name: /^Open the rotation on/ }).click()
  await expect(manager.getByText(/Declare the incident first/).first()).toBeVisible()
  const declared = await call(request, 'post', '/api/v1/incidents', {
    system: 'waxwatch',
    title: 'A token was seen in a chat',
    severity: 'sev2',
  })
  expect(declared.status, JSON.stringify(declared.body)).toBe(201)
  const incident = declared.body.id as string
  const id = await openRotation(manager, 'waxwatch', 'production-ebay', { cause: 'suspected_exposure', incident })
  await expect(manager.getByText(/Emergency, suspected exposure/).first()).toBeVisible()
  await recordSteps(manager, id)
  await approveRotation(await pageOf(browser, 'Kofi Mensah'), id, 'Incident commander or production approver')
  await manager.goto(`/incidents/${incident}`)
  await expect(manager.getByText(id).first()).toBeVisible()
  await perform(manager, request, id)
})

const COMPLETED: [what: string, system: string, rule: string, performer: string][] = [
  ['the JWT key of Stack by its kid (002.24)', 'stack', 'production-signing-keys', 'Noor Halvorsen'],
  ['the database password of Stack with two credentials valid for a window (002.24)', 'stack', 'production-database', 'Noor Halvorsen'],
  ['the Discogs token of WaxWatch: replaced, then revoked (002.24)', 'waxwatch', 'production-discogs', 'Ines Okafor'],
]

for (const [what, system, rule, performer] of COMPLETED) {
  test(`rotates ${what}`, async ({ browser, request }) => {
    const page = await pageOf(browser, performer)
    const id = await openRotation(await pageOf(browser, 'Priya Raman'), system, rule)
    await recordSteps(page, id)
    await approveRotation(await pageOf(browser, 'Tomasz Lind'), id, 'Incident commander or production approver')
    await perform(page, request, id)
  })
}

/** Starts an approved rotation, records its steps and completes it with proof, through the page. */
async function perform(page: Page, request: APIRequestContext, id: string): Promise<void> {
  await page.goto(`/rotations/${id}`)
  await page.getByRole('button', { name: /^Start/ }).click()
  await expect(page.getByRole('button', { name: /^Start/ })).toHaveCount(0)
  await recordSteps(page, id)
  await page.goto(`/rotations/${id}`)
  await page.getByLabel(/^What shows that/).fill('A try with the old one was refused.')
  await page.getByRole('button', { name: /^Complete,/ }).click()
  await expect.poll(async () => (await rotationOf(request, id)).phase).toBe('completed')
}
