import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, type Browser, type BrowserContext, test as base, expect, type Page } from '@playwright/test'

// People and pipelines as the demo record left them; everything a journey does goes through the browser or the API.

type Demo = {
  password: string
  token: string
  agents: { name: string; token: string }[]
  personas: { name: string; email: string; roles: string[] }[]
}

/** What `npm start` printed: the made-up people, their password, the pipeline's token. */
export const demo = JSON.parse(readFileSync(join(process.env.COUNTERSIGN_STATE || '.countersign', 'demo.json'), 'utf8')) as Demo

/** Signs somebody in through the page. */
export async function signIn(page: Page, name: string): Promise<void> {
  const persona = demo.personas.find((candidate) => candidate.name === name)
  if (!persona) throw new Error(`nobody in the demo is called ${name}`)
  await page.goto('/sign-in')
  await page.getByLabel('Address').fill(persona.email)
  await page.getByLabel('Password').fill(demo.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>
const sessions = new Map<string, Cookies>()

/** A page of somebody signed in, in a browser of their own. Signing in happens once for each person and worker. */
export async function pageOf(browser: Browser, name: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const kept = sessions.get(name)
  if (kept) await context.addCookies(kept)
  else {
    await signIn(page, name)
    sessions.set(name, await context.cookies())
  }
  return page
}

type Method = 'get' | 'post' | 'delete'

/** Calls the API as a pipeline: bearer token, JSON, a key of its own for every change. */
export async function call(request: APIRequestContext, method: Method, path: string, body?: object, headers: Record<string, string> = {}) {
  const response = await request[method](path, {
    headers: { authorization: `Bearer ${demo.token}`, ...(method === 'post' ? { 'idempotency-key': randomUUID() } : {}), ...headers },
    ...(body ? { data: body } : {}),
    // A connection that was kept may be closed by the server in the moment it is used again. Every change has its key, so asking again is safe (T10).
    maxRetries: 2,
  })
  return { status: response.status(), headers: response.headers(), body: await response.json().catch(() => null) }
}

/** SHA-256 of some words, in hex. */
export const digest = (...words: (string | number)[]) => createHash('sha256').update(words.join(' ')).digest('hex')

/** Registers a release through the API and gives its version; each run has its own. */
export async function aRelease(request: APIRequestContext, system: string, version: string, more: object = {}): Promise<string> {
  const answer = await call(request, 'post', `/api/v1/systems/${system}/releases`, {
    version,
    gitSha: digest('commit', system, version).slice(0, 40),
    artefact: `${system}@sha256:${digest('image', system, version)}`,
    buildDate: new Date(Date.now() - 3_600_000).toISOString(),
    schemaBackwardCompatible: true,
    changes: [{ kind: 'fix', summary: 'What the journey is about', reference: 'J-1' }],
    contributors: [],
    ...more,
  })
  expect(answer.body).toMatchObject({ version })
  return version
}

/** Brings evidence for a gate as the pipeline. */
export async function evidence(
  request: APIRequestContext,
  system: string,
  version: string,
  profile: string,
  gate: string,
  more: object = {},
) {
  const answer = await call(request, 'post', `/api/v1/systems/${system}/releases/${version}/evidence`, {
    profile,
    gate,
    verdict: 'pass',
    summary: 'exit 0',
    exitCode: 0,
    ranOn: 'a test runner',
    digest: digest(system, version, profile, gate, randomUUID()),
    ...more,
  })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body
}

/** GO or NOT_YET, with the reasons. */
export async function verdict(request: APIRequestContext, system: string, profile: string, release: string) {
  const answer = await call(request, 'get', `/api/v1/systems/${system}/profiles/${profile}/verdict?release=${release}`)
  expect(answer.status).toBe(200)
  return answer.body as {
    verdict: 'GO' | 'NOT_YET'
    reasons: { code: string; sentence: string; who: string | null }[]
    promotion: string | null
  }
}

/** What axe finds wrong with a page by WCAG 2.2 A and AA, as short lines. */
export async function axe(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.split('\n')[1]?.trim()}`),
  )
}

export const test = base
export { expect }
