import { describe, expect, it } from 'vitest'
import { isPackage, SOURCES, type Source, sourceOf, under } from './source'

// The picture in architecture.md as a table: who may import whom. Read downwards; nothing points up.

/** Leaves that anything on the server may use: they hold settings, words, locks and codes of errors, and know nothing of the rest. */
const LEAVES = ['lib/env', 'lib/format', 'lib/routes', 'lib/outage', 'lib/shutdown', 'lib/crypto/', 'lib/secret-filter/']

const MAY: Readonly<Record<string, readonly string[]>> = {
  'app/': [
    'app/',
    'components/',
    'lib/http/',
    'lib/usecases/',
    'lib/queries/',
    'lib/auth/',
    'lib/schemas/',
    'lib/domain/',
    'lib/boot',
    ...LEAVES,
  ],
  'components/': ['components/', 'lib/domain/', 'lib/schemas/', 'lib/http/form-state', 'lib/format', 'lib/routes'],
  'lib/http/': ['lib/http/', 'lib/auth/', 'lib/domain/', 'lib/schemas/', ...LEAVES],
  'lib/auth/': ['lib/auth/', 'lib/db/', 'lib/domain/', ...LEAVES],
  'lib/usecases/': ['lib/usecases/', 'lib/db/', 'lib/domain/', 'lib/schemas/', ...LEAVES],
  'lib/queries/': ['lib/queries/', 'lib/db/', 'lib/domain/', 'lib/schemas/', ...LEAVES],
  'lib/jobs/': ['lib/jobs/', 'lib/usecases/', 'lib/queries/', 'lib/db/', 'lib/domain/', ...LEAVES],
  'lib/db/': ['lib/db/', 'lib/domain/', ...LEAVES],
  'lib/schemas/': ['lib/schemas/', 'lib/domain/'],
  'lib/domain/': ['lib/domain/'],
  'lib/crypto/': ['lib/crypto/', 'lib/domain/', 'lib/env'],
  'lib/secret-filter/': ['lib/secret-filter/', 'lib/domain/'],
  // Processes of their own: the one that signs the log, and the command that checks it. Neither knows the application.
  'sequencer/': ['sequencer/', 'lib/domain/', 'lib/crypto/', 'lib/env'],
  'cli/': ['cli/', 'lib/domain/', 'lib/crypto/'],
}

/** Where the table gives way, each for a reason. */
const EXCEPT: Readonly<Record<string, readonly string[]>> = {
  // Bare routes for measuring beside the real ones; they answer 404 without COUNTERSIGN_BENCH.
  'app/api/bench/[probe]/route.ts': ['lib/db/'],
}

/** Types of one layer that another may speak of: they leave nothing behind when the code is built. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  'components/': ['lib/queries/', 'lib/usecases/'],
  'lib/http/': ['lib/queries/', 'lib/usecases/'],
}

const layerOf = (path: string): string | undefined => Object.keys(MAY).find((layer) => path.startsWith(layer))
const among = (allowed: readonly string[], from: string): boolean =>
  allowed.some((each) => (each.endsWith('/') ? from.startsWith(each) : from === each))

describe('who may import whom', () => {
  it('is read from files that are there', () => {
    expect(SOURCES.length).toBeGreaterThan(300)
    expect(SOURCES.flatMap(({ imports }) => imports).length).toBeGreaterThan(1_500)
    expect(sourceOf('lib/db/mutate')?.imports).toContainEqual({ from: 'lib/domain/audit-event', isType: true })
    expect(sourceOf('lib/db/mutate')?.imports).toContainEqual({ from: 'lib/domain/refusal', isType: false })
  })

  it.each(Object.keys(MAY))('%s imports only what lies beside or below it', (layer) => {
    const wrong = under(layer.slice(0, -1)).flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ from, isType }) =>
            !isPackage(from) && !among([...(MAY[layer] ?? []), ...(EXCEPT[path] ?? []), ...(isType ? (TYPES[layer] ?? []) : [])], from),
        )
        .map(({ from }) => `${path} imports ${from}`),
    )
    expect(wrong).toEqual([])
  })

  it('every folder of sources is in the table', () => {
    const strangers = SOURCES.filter(({ path }) => path.includes('/') && layerOf(path) === undefined && !/^lib\/[a-z-]+\.ts$/.test(path))
    expect(strangers.map(({ path }) => path)).toEqual([])
  })

  it('every import of ours leads to a file', () => {
    const lost = SOURCES.flatMap(({ path, imports }) =>
      imports
        .filter(({ from }) => !isPackage(from) && /^(?:app|components|cli|lib)\//.test(from) && !/\.(?:css|woff2|svg|json)$/.test(from))
        .filter(({ from }) => !from.startsWith('lib/db/generated/') && sourceOf(from) === undefined)
        .map(({ from }) => `${path} imports ${from}`),
    )
    expect(lost).toEqual([])
  })
})

describe('the rules (lib/domain)', () => {
  const PACKAGES = ['zod', 'canonicalize', 'yaml', 'semver', '@noble/hashes/', 'mdast-util-', 'micromark-', 'mdast', 'diff']

  it('know no framework and nothing of Node: browsers and the command line run them too', () => {
    const wrong = under('lib/domain').flatMap(({ path, imports }) =>
      imports
        .filter(({ from, isType }) => isPackage(from) && !isType && !PACKAGES.some((name) => from === name || from.startsWith(name)))
        .map(({ from }) => `${path} imports ${from}`),
    )
    expect(wrong).toEqual([])
  })

  it('are pure: no clock, no chance, no settings of their own', () => {
    const impure = /\bDate\.now\(\)|\bnew Date\(\)|Math\.random\(|\bcrypto\.|process\.env|\bfetch\(/
    expect(
      under('lib/domain')
        .filter(({ code }) => impure.test(code))
        .map(({ path }) => path),
    ).toEqual([])
  })
})

describe('what a browser gets', () => {
  const isClient = ({ text }: Source): boolean => /^['"]use client['"]/.test(text.trimStart())
  const isAction = ({ text }: Source): boolean => /^['"]use server['"]/.test(text.trimStart())

  it('leads to nothing of the server: no database, no settings, no sessions, no secrets', () => {
    const wrong: string[] = []
    for (const root of SOURCES.filter(isClient)) {
      const seen = new Set<string>()
      const walk = (source: Source, way: readonly string[]): void => {
        if (seen.has(source.path) || isAction(source)) return
        seen.add(source.path)
        if (/import 'server-only'/.test(source.code) || /^lib\/(?:db|auth|usecases|queries|crypto|env|boot)/.test(source.path))
          wrong.push([...way, source.path].join(' -> '))
        for (const { from, isType } of source.imports) {
          if (isType) continue
          if (from.startsWith('node:')) wrong.push([...way, source.path, from].join(' -> '))
          const next = sourceOf(from)
          if (next) walk(next, [...way, source.path])
        }
      }
      walk(root, [])
    }
    expect(wrong).toEqual([])
  })

  it('what reads the database, a session or a password says that it is of the server', () => {
    const bare = under('lib/db', 'lib/usecases', 'lib/queries')
      .filter(({ code, path }) => !/import 'server-only'/.test(code) && !path.startsWith('lib/db/generated/'))
      // A file of types, words or pure reckoning does no harm in a browser.
      .filter(({ imports }) =>
        imports.some(({ from, isType }) => !isType && /^(?:lib\/db\/|lib\/auth\/|lib\/crypto\/|pg$|node:)/.test(from)),
      )
    expect(bare.map(({ path }) => path)).toEqual([])
  })
})
