import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { tsImport } from 'tsx/esm/api'
import { cookiesOf, openBrowser, readDemoOf } from './browser.mjs'
import { bareEnvironment } from './checks.mjs'
import { startApplication } from './e2e-command.mjs'
import { atEnd, end, endOnSignals, isEnding } from './lifetime.mjs'
import { inRoot, stateFolder } from './paths.mjs'
import { say, step, Told, tell, took } from './say.mjs'

const help = `npm run shots [-- options]
  --only WORD    screens whose name holds the word
  --as ROLE      every screen as that role (secops, "release manager"), or as each with --as all;
                 without it each screen as its own viewer, and what differs by role as everybody
  --full         whole pages instead of the first window
  --url ADDRESS  a server that runs already, with the demo record of COUNTERSIGN_STATE`

function optionsOf(args) {
  try {
    return parseArgs({
      args,
      options: {
        only: { type: 'string' },
        as: { type: 'string' },
        full: { type: 'boolean' },
        url: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new Told(`${error.message}\n\n${help}`)
  }
}

/** `npm run shots`: every screen in both themes and widths, into `shots/`. Ends with 1 when a screen had an error or was too wide. */
export async function shots(args) {
  endOnSignals()
  try {
    const options = optionsOf(args)
    if (options.help) return say(help)
    await end((await take(options)) === 0 ? 0 : 1)
  } catch (error) {
    if (isEnding()) return
    tell(error)
    await end(1)
  }
}

const slugOf = (role) => role.toLowerCase().replaceAll(' ', '-')

/** Who takes which screens into which folder: each screen once as its viewer, then those that differ by role as everybody else. */
function rounds(screens, demo, as) {
  const roles = [...new Set(demo.personas.flatMap((persona) => persona.roles))]
  const seen = screens.filter(({ viewer }) => viewer !== null)
  if (as === undefined) {
    const viewers = [...new Set(screens.map(({ viewer }) => viewer))]
    return [
      ...viewers.map((role) => ({ role, folder: '', screens: screens.filter(({ viewer }) => viewer === role) })),
      ...roles.map((role) => ({ role, folder: `as-${slugOf(role)}`, screens: seen.filter(({ everyone }) => everyone) })),
    ].filter((round) => round.screens.length > 0)
  }
  const wanted = roles.filter((role) => as === 'all' || slugOf(role) === slugOf(as))
  if (wanted.length === 0) throw new Told(`Nobody in the demo is ${as}. There are: ${roles.join(', ')}`)
  return wanted.map((role) => ({ role, folder: `as-${slugOf(role)}`, screens: seen }))
}

async function take({ only, as, full, url }) {
  const from = performance.now()
  const app = url
    ? { url: new URL(url).origin, state: stateFolder }
    : await step('Application with its demo record', async () => startApplication(await bareEnvironment()))
  const { SCREENS, findPlaces } = await tsImport('../test/e2e/screens.ts', import.meta.url)
  const look = await tsImport('../test/e2e/look.ts', import.meta.url)
  const demo = readDemoOf(app.state)
  const screens = SCREENS.filter(({ name }) => !only || name.includes(only))
  if (screens.length === 0) throw new Told(`No screen's name holds ${only}. There are: ${SCREENS.map(({ name }) => name).join(', ')}`)
  const places = await findPlaces(app.url, demo.token)
  const browser = await step('Browser', openBrowser)
  atEnd(() => browser.close())

  let pictures = 0
  let wrong = 0
  for (const round of rounds(screens, demo, as)) {
    const persona = demo.personas.find(({ roles }) => roles.includes(round.role))
    const cookies = persona ? await cookiesOf(browser, app.url, { email: persona.email, password: demo.password }) : []
    const folder = inRoot('shots', round.folder)
    mkdirSync(folder, { recursive: true })
    const who = `${persona ? `${persona.name}, ${round.role}` : 'Nobody signed in'}${round.folder ? `, into ${round.folder}` : ''}`
    const found = new Map()
    await step(who, async () => {
      for (const [width, settings] of Object.entries(look.WIDTHS)) {
        const context = await browser.newContext({ ...settings, baseURL: app.url, reducedMotion: 'reduce' })
        await context.addCookies(cookies)
        const page = await context.newPage()
        const heard = look.listen(page)
        for (const screen of round.screens) {
          const told = await pictureOf({
            page,
            screen,
            path: screen.path(places),
            width,
            folder,
            full,
            look,
            everyone: round.folder !== '',
          })
          const lines = [...told.wrong, ...look.errorsOf(heard.take(), screen)]
          pictures += told.pictures
          for (const line of lines) found.set(line, [...(found.get(line) ?? []), `${screen.name} (${width})`])
        }
        await context.close()
      }
      return `${round.screens.length} screens`
    })
    for (const [line, where] of found) say(`    ${where.join(', ')}: ${line}`)
    wrong += found.size
  }
  say(
    `\n  ${pictures} pictures in shots/ after ${took(performance.now() - from)}, ${wrong === 0 ? 'nothing wrong' : `${wrong} things wrong`}`,
  )
  return wrong
}

/** Loads a screen once and takes it in both themes, and on paper where it is printed. */
async function pictureOf({ page, screen, path, width, folder, full, look, everyone }) {
  const name = (rest) => join(folder, `${screen.name}${rest}.png`)
  const shoot = (rest) => page.screenshot({ path: name(rest), fullPage: full === true, animations: 'disabled' })
  await page.emulateMedia({ colorScheme: 'light' })
  const wrong = await look.goTo(page, screen, path)
  let pictures = 0
  for (const theme of look.THEMES) {
    await look.turnTo(page, theme)
    await shoot(`${width === 'phone' ? '-phone' : ''}-${theme}`)
    pictures += 1
  }
  wrong.push(...(await look.overflowOf(page)))
  if (screen.print && width === 'desk' && !everyone) {
    const before = page.viewportSize()
    await page.setViewportSize({ width: 794, height: 1123 })
    await page.emulateMedia({ media: 'print', colorScheme: 'light' })
    await shoot('-print')
    pictures += 1
    await page.emulateMedia({ media: 'screen' })
    await page.setViewportSize(before)
  }
  return { wrong, pictures }
}
