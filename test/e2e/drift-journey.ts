import type { APIRequestContext, Page } from '@playwright/test'
import { call, demo, expect } from './support'

// What engineers, approvers and runtimes do about drift. Nothing here knows a policy.

/** Files an exception through the page it was opened from and gives its id; `observed` only where nothing is prefilled. */
export async function fileException(
  page: Page,
  from: { system: string; profile: string; rule: string },
  answers: { observed?: string; why: string; duration: string; fix: string },
): Promise<string> {
  await page.goto(`/exceptions/new?${new URLSearchParams(from)}`)
  if (answers.observed) await page.getByLabel('What is so instead').fill(answers.observed)
  await page.getByLabel('Why, in one sentence').fill(answers.why)
  await page.getByRole('radio', { name: new RegExp(`^${answers.duration}`) }).check({ force: true })
  await page.getByLabel('How it gets fixed').fill(answers.fix)
  // The preview is what the release notes will say.
  await expect(page.getByRole('complementary', { name: 'Preview' })).toContainText(answers.why)
  await page.getByLabel('How it gets fixed').press('Control+Enter')
  await page.waitForURL(/\/exceptions\/EXC-\d+/)
  return page.url().match(/EXC-\d+/)?.[0] as string
}

/** Approves what is sealed of an exception in a slot: reads, confirms, steps up, and ends on the receipt. */
export async function approveException(page: Page, exception: string, slot: string): Promise<void> {
  await page.goto(`/exceptions/${exception}/approve`)
  await page.getByRole('link', { name: /^Go on as/ }).click()
  await page.getByRole('checkbox', { name: /I have read what deviates/ }).check({ force: true })
  await page.getByLabel(/^Your password/).fill(demo.password)
  await page.getByRole('button', { name: `Approve as ${slot}` }).click()
  await page.waitForURL(/\/signatures\//)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

type Exception = {
  state: string
  endsAt: string
  extensions: number
  owner: { id: string }
  askedUntil: string | null
  closingLink: string | null
  closingObservation: string | null
}

/** An exception as the API shows it. */
export async function exceptionOf(request: APIRequestContext, exception: string): Promise<Exception> {
  const answer = await call(request, 'get', `/api/v1/exceptions/${exception}`)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body as Exception
}

/** Asks for more time, in days from now. */
export async function askForMore(page: Page, exception: string, days: number, why: string): Promise<void> {
  await page.goto(`/exceptions/${exception}`)
  await page.getByText('Ask for more time', { exact: true }).first().click()
  const form = page.getByRole('form', { name: `Ask for more time for ${exception}` })
  await form.getByLabel('Until, UTC').fill(new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16))
  await form.getByLabel('Why it takes longer').fill(why)
  await form.getByRole('button', { name: 'Ask for more time' }).click()
  await expect(page.getByText('Withdraw the extension').first()).toBeVisible()
}

/** Closes an exception with where the evidence is. */
export async function closeException(page: Page, exception: string, note: string, link: string): Promise<void> {
  await page.goto(`/exceptions/${exception}`)
  const form = page.getByRole('form', { name: `Close ${exception}` })
  if (!(await form.isVisible())) await page.getByText(`Close ${exception}`, { exact: true }).first().click()
  await form.getByLabel('How it was fixed').fill(note)
  const byLink = form.getByRole('radio', { name: /link/i })
  if ((await byLink.count()) > 0) await byLink.first().check({ force: true })
  await form.getByLabel('Where the evidence is').fill(link)
  await form.getByRole('button', { name: `Close ${exception}` }).click()
  await expect(form).toHaveCount(0)
}

/** Closes an exception with an observation that shows the deviation gone. */
export async function closeByObservation(page: Page, exception: string, note: string, observation: string): Promise<void> {
  await page.goto(`/exceptions/${exception}`)
  const form = page.getByRole('form', { name: `Close ${exception}` })
  if (!(await form.isVisible())) await page.getByText(`Close ${exception}`, { exact: true }).first().click()
  await form.getByLabel('How it was fixed').fill(note)
  await form.getByLabel('Observation', { exact: true }).selectOption(observation)
  await form.getByRole('button', { name: `Close ${exception}` }).click()
  await expect(form).toHaveCount(0)
}

type Reported = { observations: { id: string; profile: string }[]; opened: { id: string; rule: string }[]; closed: string[] }

/** Reports facts of a profile as a runtime. */
export async function report(
  request: APIRequestContext,
  system: string,
  profile: string,
  instance: string,
  facts: object,
): Promise<Reported> {
  const answer = await call(request, 'post', `/api/v1/systems/${system}/observations`, { profile, instance, facts })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body as Reported
}

/** Puts the log level of Dreichor's prod back, which the demo leaves open as drift: a promotion there would wait for it. */
export async function calmDreichor(request: APIRequestContext): Promise<void> {
  await report(request, 'dreichor', 'prod', 'drc-prod', {
    variables: await variablesBut(request, 'LOG_LEVEL', 'info'),
  })
}

/** The variables of Dreichor's prod as its runtime reports them, one of them saying a word. */
async function variablesBut(request: APIRequestContext, name: string, says: string): Promise<object[]> {
  const list = await call(request, 'get', '/api/v1/systems/dreichor/observations?profile=prod')
  expect(list.status, JSON.stringify(list.body)).toBe(200)
  const newest = (list.body as { items: { id: string; sections: string[] }[] }).items.find(({ sections }) => sections.includes('variables'))
  const answer = await call(request, 'get', `/api/v1/systems/dreichor/observations/${newest?.id}`)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  const { facts } = answer.body as { facts: { variables: { name: string }[] } }
  return facts.variables.map((variable) => (variable.name === name ? { ...variable, says } : variable))
}
