import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import type { Screen } from './screens'

// How a screen is looked at, by the tests and by `npm run shots` alike.

/** The two widths of ux.md, as the mocks were taken: a desk, and a phone with two pixels to the point. */
export const WIDTHS = {
  desk: { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
} as const

export const THEMES = ['light', 'dark'] as const

/** Turns a page to a theme, with every fade over: a colour on its way is neither the one nor the other. */
export async function turnTo(page: Page, theme: (typeof THEMES)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await page.evaluate(async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    // One that is taken back meanwhile is over as well.
    await Promise.allSettled(
      document.getAnimations().map((each) => each.effect?.getComputedTiming().iterations !== Infinity && each.finished),
    )
  })
}

/** Collects what a page says about itself from now on: errors in the console and errors that nobody caught. `take()` hands over and forgets. */
export function listen(page: Page): { take(): string[] } {
  let heard: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error')
      heard.push(`console: ${message.text().slice(0, 400)} (${message.location().url.replace(/[?&]_rsc=.*/, '')})`)
  })
  page.on('pageerror', (error) => heard.push(`error: ${String(error).slice(0, 400)}`))
  return {
    take() {
      const all = heard
      heard = []
      return all
    },
  }
}

/** Goes to a screen and waits until it is drawn and alive. Answers what is wrong with the answer itself. */
export async function goTo(page: Page, screen: Pick<Screen, 'status'>, path: string): Promise<string[]> {
  // Null: a navigation of the page's own, such as the one after signing in, came in between.
  const answer = (await page.goto(path, { waitUntil: 'load' })) ?? (await page.goto(path, { waitUntil: 'load' }))
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  const status = answer?.status()
  const wrong = status === (screen.status ?? 200) ? [] : [`answered ${status}`]
  const { pathname } = new URL(page.url())
  if (pathname === '/sign-in' && !path.startsWith('/sign-in')) wrong.push('sent to the sign-in page')
  return wrong
}

/** What a page that is there says in the console, without what the browser reports about an answer that is meant to be 404. */
export function errorsOf(heard: readonly string[], screen: Pick<Screen, 'status'>): string[] {
  return heard.filter((line) => !(screen.status && line.includes(`status of ${screen.status}`)))
}

/** How far the page is wider than its window, as a sentence; none when it fits. */
export async function overflowOf(page: Page): Promise<string[]> {
  const over = await page.evaluate(() => {
    const root = document.documentElement
    const beyond = root.scrollWidth - root.clientWidth
    if (beyond <= 0) return null
    const widest = [...document.body.querySelectorAll('*')]
      .map((element) => ({ element, right: element.getBoundingClientRect().right }))
      .filter(({ right }) => right > root.clientWidth + 0.5)
      .toSorted((a, b) => b.right - a.right)[0]?.element
    return `${beyond} px wider than the window${widest ? `, by ${widest.tagName.toLowerCase()}.${widest.className}` : ''}`
  })
  return over === null ? [] : [over]
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** The rules whose answer depends on the theme. */
const COLOURS = ['color-contrast', 'link-in-text-block']

/** What axe finds by WCAG 2.2 A and AA, as short lines; `colours` asks only what another theme can change. */
export async function violationsOf(page: Page, only?: 'colours'): Promise<string[]> {
  const found = await analysed(page, only)
  if (!found.some((line) => COLOURS.some((rule) => line.startsWith(rule)))) return found
  // A busy browser may paint the turn to another theme late. What is wrong with a colour still is a moment later.
  await page.waitForTimeout(500)
  return analysed(page, only)
}

async function analysed(page: Page, only?: 'colours'): Promise<string[]> {
  // The legacy mode leaves out frames of other origins, which the policy forbids anyway, and a second page for each run.
  const builder = new AxeBuilder({ page }).setLegacyMode(true)
  const { violations } = await (only ? builder.withRules(COLOURS) : builder.withTags(WCAG)).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.split('\n')[1]?.trim()}`),
  )
}
