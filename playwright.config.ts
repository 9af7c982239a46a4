import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

const installed = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** A Chromium that is already there, else the one inside an npm package (Linux x64), else what `npx playwright install` brought. */
async function browser(): Promise<string | undefined> {
  const there = installed.find((path) => path && existsSync(path))
  if (there || process.platform !== 'linux' || process.arch !== 'x64') return there
  const { default: chromium } = await import('@sparticuz/chromium')
  return chromium.executablePath()
}

const executablePath = await browser()

// `npm run e2e` and `npm test` start the application and say where it is; COUNTERSIGN_URL points at one that runs already.
export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['./test/support/browser-count.ts']],
  // The screens are looked at while the demo record is as it was made; the journeys change it.
  projects: [
    { name: 'screens', testMatch: 'axe.spec.ts' },
    // A journey is as long as its policy makes it, and a busy machine may be three times slower: what hangs ends at the actions' own limits.
    { name: 'journeys', testIgnore: ['axe.spec.ts', 'record.spec.ts'], dependencies: ['screens'], timeout: 420_000 },
    // Last, so that an auditor verifies all that the journeys put on the record.
    { name: 'record', testMatch: 'record.spec.ts', dependencies: ['journeys'], timeout: 420_000 },
  ],
  use: {
    baseURL: process.env.COUNTERSIGN_URL ?? 'http://localhost:3000',
    viewport: { width: 1440, height: 900 },
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      // As root, and in containers without user namespaces, Chromium's own sandbox cannot start.
      args: process.platform === 'linux' ? ['--no-sandbox'] : [],
    },
  },
})
