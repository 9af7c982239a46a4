import { describe, expect, it } from 'vitest'
import { SOURCES, type Source, under } from './source'

// The edges: every action, route and page asks who is there, in the one way that there is (T08, T25).

const routes = under('app').filter(({ path }) => path.endsWith('/route.ts'))
const pages = under('app').filter(({ path }) => /\/page\.tsx$/.test(path))

/** Answers to anybody: they tell nothing that needs a name. Each for a reason. */
const OPEN_ROUTES: Readonly<Record<string, string>> = {
  'app/health/route.ts': 'whether the process lives',
  'app/ready/route.ts': 'whether database and migrations are there',
  'app/version/route.ts': 'which build answers',
  'app/api/v1/[[...unknown]]/route.ts': 'that there is no such address',
  'app/openapi.json/route.ts': 'the description of the API',
  'app/cli/countersign.mjs/route.ts': 'the verifier, the same for everybody',
  'app/cli/countersign.mjs.sha256/route.ts': 'its hash',
  'app/api/auth/[...nextauth]/route.ts': 'signing in itself',
  'app/api/bench/[probe]/route.ts': '404 without COUNTERSIGN_BENCH',
}

const OPEN_PAGES: Readonly<Record<string, string>> = {
  'app/(auth)/sign-in/page.tsx': 'signing in itself',
  'app/(auth)/sign-out/page.tsx': 'asks nobody who is not signed in',
  'app/(auth)/setup/[token]/page.tsx': 'whoever holds the link',
  'app/kit/page.tsx': 'samples only, in demo mode',
}

/** Pages without data of anybody. */
const PLAIN_PAGES: readonly string[] = ['app/(dashboard)/more/page.tsx', 'app/(dashboard)/settings/shortcuts/page.tsx']

const GUARD = /\b(?:requireViewer|viewer|viewerFrom|actingContext|requestContext|respondRead)\(/

describe('route handlers', () => {
  it('of the API go through respond, which knows the token, its scope, its limits and its idempotency key', () => {
    const wrong = routes.filter(
      ({ path, code }) => path.startsWith('app/api/v1/') && OPEN_ROUTES[path] === undefined && !/\brespond(?:Read|Write)?\w*\(/.test(code),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('elsewhere ask who is there, unless they answer everybody', () => {
    const wrong = routes.filter(({ path, code }) => !path.startsWith('app/api/v1/') && OPEN_ROUTES[path] === undefined && !GUARD.test(code))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('change nothing outside the API and signing in', () => {
    const wrong = routes.filter(
      ({ path, code }) =>
        !path.startsWith('app/api/v1/') &&
        OPEN_ROUTES[path] === undefined &&
        /export (?:async )?(?:function|const) (?:POST|PUT|PATCH|DELETE)\b/.test(code),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })
})

describe('server actions', () => {
  const actions = SOURCES.filter(({ text }) => /^['"]use server['"]/.test(text.trimStart()))

  /** The text of each exported function, up to the next export. */
  const functionsOf = ({ code }: Source): [name: string, body: string][] =>
    code
      .split(/\nexport (?=async function|const|function)/)
      .slice(1)
      .map((body) => [/(?:function|const) (\w+)/.exec(body)?.[1] ?? '?', body])

  it('are there', () => {
    expect(actions.length).toBeGreaterThan(5)
  })

  it('each go through submit, or judge the origin themselves (T25)', () => {
    const wrong = actions.flatMap((source) => {
      // A helper of the same file may do it for several actions.
      const helpers = [...source.code.matchAll(/\n(?:async )?function (\w+)[\s\S]*?\n}/g)].filter(([text]) =>
        /\bsubmit\(|\brequestContext\(/.test(text),
      )
      const ways = ['submit', 'requestContext', ...helpers.map(([, name]) => name)]
      return functionsOf(source)
        .filter(([, body]) => !ways.some((way) => new RegExp(`\\b${way}\\b\\s*[(<]`).test(body)))
        .map(([name]) => `${source.path} ${name}`)
    })
    expect(wrong.filter((each) => !EXCEPT_ACTIONS.some((allowed) => each.startsWith(allowed)))).toEqual([])
  })

  it('are nowhere inside a component, where they would close over what a browser sends back', () => {
    const inline = SOURCES.filter(({ text, code }) => !/^['"]use server['"]/.test(text.trimStart()) && /\n\s+['"]use server['"]/.test(code))
    expect(inline.map(({ path }) => path)).toEqual([])
  })
})

/** Actions of people who are not signed in, or that touch nothing. */
const EXCEPT_ACTIONS: readonly string[] = ['app/kit/actions.ts', 'app/(auth)/']

describe('pages', () => {
  it('ask who looks before they show anything', () => {
    const wrong = pages.filter(({ path, code }) => OPEN_PAGES[path] === undefined && !PLAIN_PAGES.includes(path) && !GUARD.test(code))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('no exception is left over', () => {
    const known = new Set(SOURCES.map(({ path }) => path))
    expect([...Object.keys(OPEN_ROUTES), ...Object.keys(OPEN_PAGES), ...PLAIN_PAGES].filter((path) => !known.has(path))).toEqual([])
  })
})

describe('markup', () => {
  const views = SOURCES.filter(({ path }) => path.endsWith('.tsx'))

  it('has no style attribute: the policy on content forbids it (T21)', () => {
    expect(views.filter(({ code }) => /\sstyle=[{"']/.test(code)).map(({ path }) => path)).toEqual([])
  })

  it('never becomes HTML from a text (T21)', () => {
    const raw = SOURCES.filter(({ code }) =>
      /dangerouslySetInnerHTML|\.innerHTML\s*=|insertAdjacentHTML|document\.write\(|\beval\(|new Function\(/.test(code),
    )
    expect(raw.map(({ path }) => path)).toEqual([])
  })
})
