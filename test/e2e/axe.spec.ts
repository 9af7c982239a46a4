import type { Browser, Page } from '@playwright/test'
import { errorsOf, goTo, listen, overflowOf, turnTo, violationsOf, WIDTHS } from './look'
import { findPlaces, type Places, SCREENS } from './screens'
import { demo, expect, pageOf, test } from './support'

// WCAG 2.2 AA on every screen: both themes, desk and phone, nothing wider than its window, nothing in the console (ux.md section 19).

test.describe.configure({ mode: 'parallel' })
// A trace would record every run of axe, at many times its price.
test.use({ trace: 'off' })

let places: Promise<Places> | undefined

type Seat = { page: Page; heard: ReturnType<typeof listen> }
const seats = new Map<string | null, Seat>()

/** A page of whoever looks, kept for all their screens: signing in and a cold cache for each would take most of the time. */
async function seatOf(browser: Browser, viewer: string | null, baseURL: string | undefined): Promise<Seat> {
  const kept = seats.get(viewer)
  if (kept) return kept
  const options = { baseURL, reducedMotion: 'reduce' as const }
  const persona = demo.personas.find(({ roles }) => viewer !== null && roles.includes(viewer))
  const page = persona ? await pageOf(browser, persona.name, options) : await (await browser.newContext(options)).newPage()
  const seat = { page, heard: listen(page) }
  seats.set(viewer, seat)
  return seat
}

for (const screen of SCREENS) {
  test(`${screen.name}: accessible in both themes, on a desk and on a phone`, async ({ browser, baseURL }) => {
    places ??= findPlaces(baseURL as string, demo.token)
    const path = screen.path(await places)
    const { page, heard } = await seatOf(browser, screen.viewer, baseURL)
    heard.take()
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize(WIDTHS.desk.viewport)
    const wrong = await goTo(page, screen, path)
    const note = (where: string, lines: string[]) => wrong.push(...lines.map((line) => `${where}: ${line}`))
    note('desk', await overflowOf(page))
    note('desk, light', await violationsOf(page))
    await turnTo(page, 'dark')
    note('desk, dark', await violationsOf(page, 'colours'))
    await page.setViewportSize(WIDTHS.phone.viewport)
    note('phone', await overflowOf(page))
    note('phone, dark', await violationsOf(page))
    await turnTo(page, 'light')
    note('phone, light', await violationsOf(page, 'colours'))
    wrong.push(...errorsOf(heard.take(), screen))
    expect(wrong, path).toEqual([])
  })
}
