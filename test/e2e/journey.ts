import type { Page } from '@playwright/test'
import { demo, digest, expect } from './support'

// What people do on the way of a release, through the pages only. One person's page each; nothing here knows a policy.

/** Registers a release by hand. */
export async function registerRelease(page: Page, system: string, version: string, contributors = ''): Promise<void> {
  await page.goto(`/systems/${system}/releases/new`)
  await page.getByLabel('Version', { exact: true }).fill(version)
  await page.getByLabel('Git SHA').fill(digest('commit', system, version).slice(0, 40))
  await page.getByLabel('Artefact').fill(`${system}@sha256:${digest('image', system, version)}`)
  await page.getByLabel('Build date, UTC').fill(new Date(Date.now() - 3_600_000).toISOString())
  await page.getByRole('radio', { name: 'Yes' }).check({ force: true })
  await page.getByLabel('Changes').fill('fix: What the journey is about (#1)')
  await page.getByLabel('Contributors').fill(contributors)
  await page.getByRole('button', { name: 'Register the release' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(version)
}

/** Approves the bundle of a release that somebody else registered (000.5). */
export async function approveBundle(page: Page, system: string, version: string): Promise<void> {
  await page.goto(`/systems/${system}/releases/${version}`)
  const approve = page.getByRole('button', { name: `Approve the bundle of ${version}` })
  await approve.click()
  await expect(approve).toHaveCount(0)
}

/** Opens a promotion and gives its id. */
export async function openPromotion(page: Page, system: string, from: string, to: string, version: string): Promise<string> {
  await page.goto(`/promotions/new?system=${system}&from=${from}&to=${to}&release=${version}`)
  await page.getByRole('button', { name: 'Open the promotion' }).click()
  await page.waitForURL(/\/promotions\/PRM-\d+$/)
  return page.url().split('/').at(-1) as string
}

/** The part of the dossier about one gate, unfolded. */
async function gate(page: Page, promotion: string, id: string) {
  await page.goto(`/promotions/${promotion}`)
  const part = page.locator(`#gate-${id}`)
  await part.locator('summary').first().click()
  return part
}

/** Brings evidence for a gate by hand, about the newest snapshot where it asks for one. */
export async function bring(page: Page, promotion: string, id: string, found: string, ranOn?: string): Promise<void> {
  const part = await gate(page, promotion, id)
  await part
    .locator('summary')
    .getByText(/^(Attest it|Bring evidence)$/)
    .click()
  await part.getByRole('radio', { name: 'It passed' }).check({ force: true })
  await part.getByLabel('What was found').fill(found)
  if (ranOn) await part.getByLabel('Where it ran').fill(ranOn)
  const snapshot = part.getByLabel('About which snapshot')
  if ((await snapshot.count()) > 0) await snapshot.selectOption({ index: 1 })
  await part.getByRole('button', { name: /^(Attest|Record) for/ }).click()
  await expect(part.getByText(found).first()).toBeVisible()
}

/** Starts the checklist of a gate from the dossier and ticks what comes before the deployment, item by item. */
export async function walkChecklist(page: Page, promotion: string, id: string): Promise<number> {
  const part = await gate(page, promotion, id)
  await part.getByRole('button', { name: /^Start the / }).click()
  await page.waitForURL(/\/checklists\//) // starting one leads to it
  await expect(page.getByRole('region', { name: 'Before' })).toBeVisible()
  let ticked = 0
  for (; ticked < 60; ticked++) {
    const before = page.getByRole('region', { name: 'Before' })
    const form = before.getByRole('form', { name: /^Tick: / }).first()
    if (!(await form.isVisible())) break
    const name = (await form.getAttribute('aria-label')) as string
    await form.getByRole('button', { name: 'Done', exact: true }).click()
    await expect(before.getByRole('form', { name, exact: true })).toHaveCount(0)
  }
  return ticked
}

/** Seals the dossier as it stands. */
export async function seal(page: Page, promotion: string, version = 1): Promise<void> {
  await page.goto(`/promotions/${promotion}`)
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await page
    .getByRole('button', { name: `Seal version ${version}` })
    .first()
    .click()
  await answered // while it seals the button says so, and is gone by this name already
  await expect(page.getByRole('button', { name: `Seal version ${version}` })).toHaveCount(0)
}

/** Signs a slot: reads, confirms, steps up, and ends on the receipt. */
export async function sign(page: Page, promotion: string, slot: string): Promise<void> {
  await page.goto(`/promotions/${promotion}/sign`)
  await page.getByRole('link', { name: /^Go on as/ }).click()
  await page.getByRole('checkbox', { name: /I have read the dossier/ }).check({ force: true })
  await page.getByLabel(/^Your password/).fill(demo.password)
  await page.getByRole('button', { name: `Sign as ${slot}` }).click()
  await page.waitForURL(/\/signatures\//)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

/** Starts the deployment of a release and gives its id. */
export async function startDeployment(page: Page, system: string, profile: string, version: string): Promise<string> {
  await page.goto(`/deployments/new?system=${system}&profile=${profile}&version=${version}`)
  await page.getByRole('button', { name: `Start ${version} on ${profile}` }).click()
  await page.waitForURL(/\/deployments\/DEP-\d+/)
  return page.url().match(/DEP-\d+/)?.[0] as string
}

/** Records that a deployment succeeded. */
export async function succeed(page: Page, deployment: string): Promise<void> {
  await page.goto(`/deployments/${deployment}`)
  const button = page.getByRole('button', { name: 'Record that it succeeded' })
  await button.click()
  await expect(button).toHaveCount(0)
}
