import { tsImport } from 'tsx/esm/api'
import { cookiesOf, openBrowser, readDemoOf } from '../browser.mjs'
import { atEnd } from '../lifetime.mjs'
import { figure, judge, median, table } from './figures.mjs'

const FIRST = 'a-home'

/** One load of a page in a browser that has seen nothing: bytes on the wire and requests, prefetches apart, and when its rows stood there. */
async function loadCold(browser, { url, path, cookies }) {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } })
  try {
    await context.addCookies(cookies)
    const page = await context.newPage()
    const network = await context.newCDPSession(page)
    await network.send('Network.enable')
    const urls = new Map()
    const sizes = new Map()
    const types = new Map()
    network.on('Network.requestWillBeSent', ({ requestId, request, type }) => {
      urls.set(requestId, request.url)
      types.set(requestId, type)
    })
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength))
    await page.goto(path, { waitUntil: 'networkidle' })
    const ms = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN
          const observer = new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
          observer.observe({ type: 'largest-contentful-paint', buffered: true })
          setTimeout(() => resolve(painted), 500)
        }),
    )
    const all = [...urls].filter(([, address]) => address.startsWith(url))
    const isAhead = ([, address]) => address.includes('_rsc=')
    const kib = (list) => list.reduce((sum, [id]) => sum + (sizes.get(id) ?? 0), 0) / 1024
    const ahead = all.filter(isAhead)
    const kinds = Object.groupBy(all, (each) => (isAhead(each) ? 'ahead of a click' : types.get(each[0])))
    const byType = Object.fromEntries(Object.entries(kinds).map(([kind, list]) => [kind, { kib: kib(list), requests: list.length }]))
    return { byType, kib: kib(all), requests: all.length, aheadKib: kib(ahead), ahead: ahead.length, ms }
  } finally {
    await context.close()
  }
}

const kindsOf = ({ byType }) =>
  Object.entries(byType)
    .toSorted(([, a], [, b]) => b.kib - a.kib)
    .map(([kind, { kib, requests }]) => `${kind} ${figure(kib)} KiB in ${requests}`)
    .join(', ')

/** Bytes and requests of each page's first load in a cold browser, each as its own viewer; the first page again in each round. */
export async function measurePages(demo, { quick, rounds }) {
  const { SCREENS, findPlaces } = await tsImport('../../test/e2e/screens.ts', import.meta.url)
  const { password, token, personas } = readDemoOf(demo.state)
  const places = await findPlaces(demo.url, token)
  const browser = await openBrowser()
  atEnd(() => browser.close())
  const known = new Map([[null, []]])
  const cookies = async (role) => {
    const { email } = personas.find(({ roles }) => roles.includes(role)) ?? {}
    if (!known.has(role)) known.set(role, await cookiesOf(browser, demo.url, { email, password }))
    return known.get(role)
  }
  const load = async ({ viewer, path }) =>
    loadCold(browser, { url: demo.url, path: path(places), cookies: viewer === null ? [] : await cookies(viewer) })

  const screens = SCREENS.filter(({ status, name }) => !status && (!quick || [FIRST, 'i-board', 'b-dossier', 'c-system'].includes(name)))
  const first = SCREENS.find(({ name }) => name === FIRST)
  await load(first) // the server's own first time with a page is not what a browser's first time costs
  const pages = []
  for (const screen of screens) {
    await load(screen)
    pages.push({ name: screen.name, path: screen.path(places), ...(await load(screen)) })
  }
  const again = []
  for (let round = 0; round < rounds; round += 1) again.push(await load(first))
  await browser.close()
  const of = (what) => median(again.map((each) => each[what]))
  const heaviest = pages.toSorted((a, b) => b.kib - a.kib)[0]
  const slowest = pages.toSorted((a, b) => b.ms - a.ms)[0]
  return {
    lines: [
      ...table([
        ['first load in a cold browser', 'KiB', 'requests', 'ahead KiB', 'ahead', 'rows ms'],
        [
          `first page, median of ${rounds}`,
          figure(of('kib')),
          `${of('requests')}`,
          figure(of('aheadKib')),
          `${of('ahead')}`,
          figure(of('ms')),
        ],
        ...pages.map(({ path, kib, requests, aheadKib, ahead, ms }) => [
          path.length > 60 ? `${path.slice(0, 57)}...` : path,
          figure(kib),
          `${requests}`,
          figure(aheadKib),
          `${ahead}`,
          figure(ms),
        ]),
      ]),
      `the first page by kind: ${kindsOf(again[0])}`,
    ],
    aims: [
      judge({ what: 'first page, cold browser', value: of('kib'), most: 272, unit: ' KiB' }),
      judge({ what: 'requests of the first page, those ahead of a click included', value: of('requests'), most: 20 }),
      judge({ what: 'rows of the first page on screen', value: of('ms'), most: 700, unit: ' ms' }),
      judge({ what: `heaviest page (${heaviest.name})`, value: heaviest.kib, most: 272, unit: ' KiB' }),
      judge({ what: `slowest page (${slowest.name})`, value: slowest.ms, most: 700, unit: ' ms' }),
    ],
    figures: { first: again, pages },
  }
}
