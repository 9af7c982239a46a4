import type { APIRequestContext, Page } from '@playwright/test'
import { call, demo, expect } from './support'

// What people and agents do on the way of a rotation. Nothing here knows a policy.

/** The headers by which an agent of the demo acts, by its name. */
export function asAgent(name: string): Record<string, string> {
  const agent = demo.agents.find((each) => each.name === name)
  if (!agent) throw new Error(`no agent in the demo is called ${name}`)
  return { authorization: `Bearer ${agent.token}` }
}

/** Opens a rotation through the page and gives its id. */
export async function openRotation(
  page: Page,
  system: string,
  rule: string,
  emergency?: { cause: string; incident: string },
): Promise<string> {
  const query = new URLSearchParams({ system, rule, ...emergency })
  await page.goto(`/rotations/new?${query}`)
  await page.getByRole('button', { name: /^Open the rotation on/ }).click()
  await page.waitForURL(/\/rotations\/ROT-\d+$/)
  return page.url().split('/').at(-1) as string
}

/** Approves the sealed plan: reads it, confirms, steps up, and ends on the receipt. */
export async function approveRotation(page: Page, rotation: string, slot: string): Promise<void> {
  await page.goto(`/rotations/${rotation}/approve`)
  await page.getByRole('link', { name: /^Go on as/ }).click()
  await page.getByRole('checkbox', { name: /I have read the plan/ }).check({ force: true })
  await page.getByLabel(/^Your password/).fill(demo.password)
  await page.getByRole('button', { name: `Approve as ${slot}` }).click()
  await page.waitForURL(/\/signatures\//)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

/** Records the open step through the page: by its form in the framed row. Gives the step's words, or null where no step is open. */
async function recordOpen(page: Page, rotation: string, before: string | null): Promise<string | null> {
  await page.goto(`/rotations/${rotation}`)
  const row = page.locator('li[aria-current="step"]')
  if ((await row.count()) === 0) return null
  const form = row.getByRole('form', { name: /^Record: / })
  const name = (await form.getAttribute('aria-label')) as string
  if (name === before) throw new Error(`${rotation} does not get beyond ${name}`)
  const reference = form.locator('input[name="reference"]')
  if ((await reference.count()) > 0) await reference.fill('vault/rotations/before')
  for (const field of await form.locator('input[name^="newKey:"]').all())
    if ((await field.inputValue()) === '') await field.fill(`key-${Date.now().toString(36)}`)
  const way = form.locator('input[name="variant"][type="radio"]')
  if ((await way.count()) > 0) await way.first().check({ force: true })
  const note = form.locator('textarea[name="note"]')
  if ((await note.count()) > 0 && (await note.isVisible())) await note.fill('Seen')
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await form.locator('button[name="state"][value="done"]').click()
  await answered
  // On a machine with no time left a browser may be slow to show what was answered; the record is what counts, so the page is asked again then.
  const gone = await expect(page.getByRole('form', { name, exact: true }))
    .toHaveCount(0)
    .then(() => true)
    .catch(() => false)
  if (!gone) await page.reload()
  await expect(page.getByRole('form', { name, exact: true })).toHaveCount(0)
  return name
}

/** Records open steps through the page until none is left; gives how many. */
export async function recordSteps(page: Page, rotation: string): Promise<number> {
  let before: string | null = null
  for (let count = 0; count < 40; count++) {
    const recorded: string | null = await recordOpen(page, rotation, before)
    if (recorded === null) return count
    before = recorded
  }
  throw new Error(`${rotation} does not end`)
}

type Rotation = {
  status: string
  phase: string
  next: string | null
  steps: {
    id: string
    phase: string
    state: string
    captures: string | null
    records: string | null
    command: string | null
    asks: string | null
    choices: { id: string }[]
  }[]
}

/** A rotation as the API shows it. */
export async function rotationOf(request: APIRequestContext, rotation: string): Promise<Rotation> {
  const answer = await call(request, 'get', `/api/v1/rotations/${rotation}`)
  expect(answer.status).toBe(200)
  return answer.body as Rotation
}

/** Records the steps that come next as an agent over the API, while the rotation stays in the phase it is in; gives how many. */
export async function agentRecords(
  request: APIRequestContext,
  rotation: string,
  agent: Record<string, string>,
  newKeys: Record<string, string>,
): Promise<number> {
  const { status } = await rotationOf(request, rotation)
  for (let count = 0; count < 40; count++) {
    const now = await rotationOf(request, rotation)
    const step = now.steps.find(({ id }) => id === now.next)
    if (now.status !== status || !step) return count
    const answer = await call(
      request,
      'post',
      `/api/v1/rotations/${rotation}/steps/${step.id}`,
      {
        state: step.asks === null ? 'done' : 'not_applicable',
        how: 'script',
        note: 'exit 0',
        ...(step.captures ? { reference: 'vault/rotations/before' } : {}),
        ...(step.records === 'new-key' ? { newKeys } : {}),
        ...(step.choices[0] ? { variant: step.choices[0].id } : {}),
      },
      agent,
    )
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  }
  throw new Error(`${rotation} does not end`)
}
