import { errorsOf, goTo, listen, overflowOf, THEMES, WIDTHS } from './look'
import { findPlaces, type Places, SCREENS } from './screens'
import { axe, demo, expect, pageOf, test } from './support'

// WCAG 2.2 AA on every screen: both themes, desk and phone, nothing wider than its window, nothing in the console (ux.md section 19).

test.describe.configure({ mode: 'parallel' })

let places: Promise<Places> | undefined
const other = { light: 'dark', dark: 'light' } as const

for (const theme of THEMES) {
  const width = WIDTHS[theme === 'light' ? 'desk' : 'phone']
  for (const screen of SCREENS) {
    // Each screen is loaded once on a desk in light and once on a phone in dark, and then turned to the other theme.
    test(`${screen.name} at ${width.viewport.width} px, in ${theme} and ${other[theme]}`, async ({ browser, baseURL }) => {
      places ??= findPlaces(baseURL as string, demo.token)
      const path = screen.path(await places)
      const options = { ...width, colorScheme: theme, baseURL }
      const viewer = demo.personas.find(({ roles }) => screen.viewer !== null && roles.includes(screen.viewer))
      const page = viewer ? await pageOf(browser, viewer.name, options) : await (await browser.newContext(options)).newPage()
      const heard = listen(page)
      try {
        const wrong = await goTo(page, screen, path)
        wrong.push(...(await overflowOf(page)))
        for (const each of [theme, other[theme]]) {
          await page.emulateMedia({ colorScheme: each, reducedMotion: 'reduce' })
          wrong.push(...(await axe(page)).map((line) => `${each}: ${line}`))
        }
        wrong.push(...errorsOf(heard.take(), screen))
        expect(wrong, path).toEqual([])
      } finally {
        await page.context().close()
      }
    })
  }
}
