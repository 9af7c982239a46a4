import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { filesIn, SOURCES, textOf, under } from './source'

// A write reports what happened, or it does not compile: who may write, and that nobody does beside it.

const WRITES =
  /\.(?:create|createMany|createManyAndReturn|update|updateMany|upsert|delete|deleteMany)\(\s*\{|\$executeRaw(?:Unsafe)?\b|\bINSERT INTO\b|\bDELETE FROM\b|\bUPDATE\s+"/

describe('writes', () => {
  it('are in use cases and below them, nowhere else', () => {
    const wrong = SOURCES.filter(
      ({ path, code }) =>
        !/^(?:lib\/(?:usecases|db|secret-filter)|sequencer)\//.test(path) && path !== 'app/api/bench/[probe]/route.ts' && WRITES.test(code),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('of a use case run inside mutate or admit: with an event, or not at all', () => {
    const wrong = under('lib/usecases').filter(({ code, imports }) => {
      if (!WRITES.test(code)) return false
      const brings = (name: string) => imports.some(({ from }) => from === name)
      // Either it opens the transaction, or it is a part of one that gets it handed in.
      const opens = brings('lib/db/mutate') && /\b(?:mutate|admit)\s*[<(]/.test(code)
      const isPart = /\b(?:tx: Tx|\{[^}]*\btx\b[^}]*\}: (?:Work|Pick<Work))/.test(code) || /\bWork\b/.test(code)
      return !opens && !isPart
    })
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('open a transaction in four places only', () => {
    const open = SOURCES.filter(({ code }) => /\.\$transaction\(/.test(code)).map(({ path }) => path)
    expect(open.filter((path) => path !== 'app/api/bench/[probe]/route.ts').sort()).toEqual(['lib/db/mutate.ts', 'lib/db/read-trail.ts'])
    const within = SOURCES.filter(({ path, code }) => path !== 'lib/db/mutate.ts' && /\binTransaction\s*[<(]/.test(code)).map(
      ({ path }) => path,
    )
    expect(within.filter((path) => !path.startsWith('lib/db/'))).toEqual([])
  })

  it('of the trail are in one place', () => {
    const writers = SOURCES.filter(({ code }) => /INSERT INTO audit\./.test(code)).map(({ path }) => path)
    const beside = /^(?:sequencer\/|app\/api\/bench\/)/
    expect(writers.filter((path) => !beside.test(path))).toEqual(['lib/db/audit.ts'])
    // The sequencer has a role of its own, which may write what it seals, and events about the log only.
    const events = SOURCES.filter(({ path, code }) => path.startsWith('sequencer/') && /INSERT INTO audit\.event\b/.test(code))
    expect(events.map(({ path }) => path)).toEqual(['sequencer/log-keys.ts'])
  })

  it('use no text as SQL: values are always parameters (T22)', () => {
    const unsafe = SOURCES.filter(({ code }) => /\$(?:query|execute)RawUnsafe|Prisma\.raw\(/.test(code)).map(({ path }) => path)
    expect(unsafe).toEqual([])
  })

  it('every use case has a test that calls it', () => {
    const tests = filesIn('test')
      .filter((path) => /\.(?:test|spec)\.tsx?$/.test(path) || path.startsWith('test/support/'))
      .map(textOf)
      .join('\n')
    const untested = under('lib/usecases').flatMap(({ path, code }) => {
      if (!/\b(?:mutate|admit)\s*[<(]/.test(code)) return []
      const names = [...code.matchAll(/export (?:async )?function (\w+)/g)].map(([, name]) => name as string)
      return names.some((name) => new RegExp(`\\b${name}\\b`).test(tests)) ? [] : [path]
    })
    expect(untested).toEqual([])
  })
})

describe('settings', () => {
  it('are read in one place; elsewhere only what exists before them', () => {
    const may = ['lib/env.ts', 'lib/db/client.ts', 'lib/db/changes.ts', 'proxy.ts', 'instrumentation.ts', 'instrumentation-client.ts']
    const readers = SOURCES.filter(
      ({ path, code }) =>
        !may.includes(path) && /process\.env/.test(code.replace(/process\.env\.NODE_ENV|process\.env\.NEXT_RUNTIME/g, '')),
    )
    expect(readers.map(({ path }) => path)).toEqual([])
  })
})

describe('policies are data', () => {
  type Document = {
    system: { id?: string; slug?: string; name: string }
    profiles: { id?: string }[] | Record<string, unknown>
    edges: { gates?: unknown }[]
  }
  const documents = filesIn('policies')
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => ({ path, document: parse(textOf(path)) as Document }))

  /** Every value under a key named `id` or `key` in a part of a document. */
  const idsIn = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(idsIn)
    if (value === null || typeof value !== 'object') return []
    return Object.entries(value).flatMap(([key, inner]) =>
      (key === 'id' || key === 'key') && typeof inner === 'string' ? [inner] : idsIn(inner),
    )
  }

  // Samples for the gallery of the kit and the description of the API; nothing decides there.
  const code = SOURCES.filter(({ path }) => !path.startsWith('app/kit/') && path !== 'lib/schemas/api/examples.ts')
  const quoted = (word: string) => new RegExp(`['"\`]${word.replace(/[.*+?^$()|[\]{}\\]/g, '\\$&')}['"\`]`)

  it('the four are here', () => {
    expect(documents.map(({ path }) => path).sort()).toEqual(
      ['dreichor', 'robodj', 'stack', 'waxwatch'].map((name) => `policies/${name}.yaml`),
    )
  })

  it('no system is named in code', () => {
    const names = documents.flatMap(({ path, document }) => {
      const slug = path.replace(/^policies\/|\.yaml$/g, '')
      return [
        document.system.name,
        ...document.system.name.split(/\s+/).filter((word) => /[a-z][A-Z]/.test(word)),
        ...(slug === 'stack' ? [] : [slug]),
      ]
    })
    const wrong = code.flatMap(({ path, code: text }) =>
      names.filter((name) => new RegExp(`\\b${name}\\b`, 'i').test(text)).map((name) => `${path} says ${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('no gate is named in code', () => {
    const gates = [...new Set(documents.flatMap(({ document }) => idsIn(document.edges.map(({ gates }) => gates ?? []))))].filter((gate) =>
      gate.includes('-'),
    )
    expect(gates.length).toBeGreaterThan(6)
    const wrong = code.flatMap(({ path, code: text }) =>
      gates.filter((gate) => quoted(gate).test(text)).map((gate) => `${path} says ${gate}`),
    )
    expect(wrong).toEqual([])
  })

  it('no profile is named in code', () => {
    const profiles = [
      ...new Set(
        documents.flatMap(({ document: { profiles: given } }) =>
          Array.isArray(given) ? given.flatMap(({ id }) => id ?? []) : Object.keys(given),
        ),
      ),
    ]
    expect(profiles.length).toBeGreaterThan(4)
    // Words that also name a class of profile are the code's own.
    const own = ['development', 'verification', 'production', 'local']
    const wrong = code.flatMap(({ path, code: text }) =>
      profiles.filter((profile) => !own.includes(profile) && quoted(profile).test(text)).map((profile) => `${path} says ${profile}`),
    )
    expect(wrong).toEqual([])
  })
})
