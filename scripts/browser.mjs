import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'

// A browser for scripts (bench, shots), and the demo record's people in it.

const installed = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

async function executable() {
  const there = installed.find((path) => path && existsSync(path))
  if (there || process.platform !== 'linux' || process.arch !== 'x64') return there
  const { default: packed } = await import('@sparticuz/chromium')
  return packed.executablePath()
}

/** Starts Chromium: one that is installed, else the one inside an npm package, else Playwright's own. */
export async function openBrowser() {
  const executablePath = await executable()
  // As root, and in containers without user namespaces, Chromium's own sandbox cannot start.
  return chromium.launch({ ...(executablePath ? { executablePath } : {}), args: process.platform === 'linux' ? ['--no-sandbox'] : [] })
}

/** What the demo record left for people and pipelines: `{ password, token, personas }`. */
export const readDemoOf = (state) => JSON.parse(readFileSync(join(state, 'demo.json'), 'utf8'))

/** Signs a persona in through the page, in a context of their own that is closed again. Answers the cookies. */
export async function cookiesOf(browser, origin, { email, password }) {
  const context = await browser.newContext({ baseURL: origin })
  try {
    const page = await context.newPage()
    await page.goto('/sign-in')
    await page.getByLabel('Address').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    return await context.cookies()
  } finally {
    await context.close()
  }
}
