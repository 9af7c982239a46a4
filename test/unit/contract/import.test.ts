import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareContract, contractRules, judgeFor, proposalYaml } from '@/lib/domain/contract/compare'
import { guessForm, importContract } from '@/lib/domain/contract/import'
import { IMPORT_FORMS, IMPORT_LIMITS, type Imported } from '@/lib/domain/contract/imported'
import { formatFinding } from '@/lib/domain/policy/finding'
import { readPolicy } from '@/lib/domain/policy/load'
import { loadPolicy, policyText, SLUGS } from '../policy/policies'

const byName = (imported: Imported) => Object.fromEntries(imported.variables.map((variable) => [variable.name, variable]))
const namesOf = (imported: Imported) => imported.variables.map(({ name }) => name)

describe('.env.example', () => {
  test('002.39: comments, export, quotes, empty values, several lines, references', () => {
    const text = [
      '\uFEFF# a comment with VALUE=inside',
      'API__ENV=local',
      'export API__BASE_URL="https://api.internal # not a comment"',
      "API__LOG_LEVEL='info' # a comment",
      'API__JWT_ISSUER=',
      '  WORKER__CONCURRENCY = 4   # how many',
      'MULTI="first',
      'SECOND_LINE=not a name of its own',
      'last"',
      `TAKEN=\${OTHER}`,
      'YAML_STYLE: yes it is',
      '',
      '; an ini comment',
    ].join('\r\n')
    const imported = importContract(text, { fileName: '.env.example' })
    expect(imported).toMatchObject({ form: 'env', problems: [], envFiles: [] })
    expect(imported.variables.map(({ name, line, filled, looks }) => [name, line, filled, looks])).toEqual([
      ['API__ENV', 2, 'value', 'text'],
      ['API__BASE_URL', 3, 'value', 'url'],
      ['API__LOG_LEVEL', 4, 'value', 'text'],
      ['API__JWT_ISSUER', 5, 'empty', null],
      ['WORKER__CONCURRENCY', 6, 'value', 'integer'],
      ['MULTI', 7, 'value', 'text'],
      ['TAKEN', 10, 'variable-reference', null],
      ['YAML_STYLE', 11, 'value', 'text'],
    ])
  })

  test('a forgotten quote costs one line, not the rest of the file', () => {
    const imported = importContract(['A="open', ...Array.from({ length: 600 }, () => 'filler'), 'B=1'].join('\n'))
    expect(namesOf(imported)).toEqual(['A', 'B'])
    expect(imported.problems[0]).toEqual({ line: 1, what: 'A quote is opened here and never closed; only this line is read.' })
  })

  test('002.22: a pasted private key is neither read nor repeated, with or without its quotes', () => {
    const body = [
      'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKB',
      'aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789==',
      'Qk1XQUFBQUFBQUFBQUFBQUFBQUFBQQ=',
    ]
    const begin = '-----BEGIN PRIVATE KEY-----'
    const end = '-----END PRIVATE KEY-----'
    for (const lines of [
      [`KEY=${begin}`, ...body, end],
      [`KEY="${begin}`, ...body, `${end}"`],
      [begin, 'Proc-Type: 4,ENCRYPTED', '', ...body, end],
      [begin, ...body, '', 'LATER=1'],
      body,
    ]) {
      const imported = importContract([...lines, 'AFTER=1'].join('\n'))
      const said = JSON.stringify(imported)
      for (const line of body) expect(said).not.toContain(line.slice(0, 12))
      expect(namesOf(imported)).toContain('AFTER')
    }
  })

  test('names in other scripts and lines that are no assignment are told by their line and not repeated', () => {
    const imported = importContract('ПАРОЛЬ=1\nＴＯＫＥＮ=1\nsk_live_4eC39HqLyjWDarjtT1zdp7dc\n2FAST=1\nGOOD=1', { form: 'env' })
    expect(namesOf(imported)).toEqual(['GOOD'])
    expect(imported.problems.map(({ line }) => line)).toEqual([1, 2, 3, 4])
    expect(JSON.stringify(imported.problems)).not.toMatch(/ПАРОЛЬ|ＴＯＫＥＮ|sk_live|2FAST/)
  })

  test('ten thousand lines, and more than is read at all', () => {
    const many = importContract(Array.from({ length: 10_000 }, (_, index) => `NAME_${index}="value ${index}"`).join('\n'))
    expect(many.variables).toHaveLength(IMPORT_LIMITS.variables)
    expect(many.problems).toEqual([{ line: IMPORT_LIMITS.variables + 1, what: 'Only the first 2,000 variables are read.' }])
    expect(importContract('x'.repeat(IMPORT_LIMITS.text + 1)).variables).toEqual([])
    const broken = importContract(Array.from({ length: 5_000 }, () => 'no assignment').join('\n'), { form: 'env' })
    expect(broken.problems).toHaveLength(IMPORT_LIMITS.problems + 1)
    expect(broken.problems.at(-1)?.what).toBe('4,950 more of this kind.')
  })
})

describe('compose', () => {
  test('environment as map and as list, env_file in its three forms, anchors and merges', () => {
    const imported = importContract(
      `
x-common: &common
  environment: &env
    API__LOG_LEVEL: info
services:
  api:
    <<: *common
    env_file: .env
  worker:
    environment:
      - WORKER__CONCURRENCY=4
      - WORKER__REDIS_URL
      - WORKER__DATABASE_URL=postgresql://made:up@db/stack
    env_file:
      - ./worker.env
      - path: secrets.env
        required: false
  web:
    environment:
      <<: *env
      WEB__PUBLIC_API_BASE_URL: "https://api.internal"
`,
      { fileName: 'docker-compose.yml' },
    )
    expect(imported.form).toBe('compose')
    expect(imported.problems).toEqual([])
    expect(imported.envFiles).toEqual(['.env', './worker.env', 'secrets.env'])
    expect(byName(imported)).toMatchObject({
      API__LOG_LEVEL: { under: ['api', 'web'], filled: 'value' },
      WORKER__CONCURRENCY: { under: ['worker'], looks: 'integer' },
      WORKER__REDIS_URL: { filled: 'not-said', secret: true },
      WORKER__DATABASE_URL: { filled: 'value', secret: true, looks: null, scheme: null },
      WEB__PUBLIC_API_BASE_URL: { looks: 'url', scheme: 'https', secret: false },
    })
    expect(JSON.stringify(imported)).not.toContain('made:up')
  })

  test('aliases that unfold without end, broken YAML, and YAML of something else', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'
        .split('')
        .map((letter, index) => `${letter}: &${letter} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[index]}`).join(', ')}]`),
    ]
    const unfolding = importContract(`services:\n  api:\n    environment: {A: 1}\n${bomb.join('\n')}`)
    expect(unfolding.problems).toEqual([{ line: null, what: 'This YAML unfolds to more than can be read.' }])
    expect(importContract('services:\n  api: [', { form: 'compose' }).problems[0]?.what).toBe('This is not YAML that can be read.')
    expect(importContract(`services:\n${'  '.repeat(2000)}a: 1`, { form: 'compose' }).variables).toEqual([])
    expect(importContract('- 1\n- 2', { form: 'compose' }).problems).toHaveLength(1)
  })
})

describe('GitHub Actions', () => {
  test('001.14: one variable from one secret of the same name; vars are no secrets', () => {
    const imported = importContract(`
on: push
env:
  DATABASE_URL: \${{ secrets.DATABASE_URL }}
  LOG_LEVEL: \${{ vars.LOG_LEVEL }}
jobs:
  deploy:
    env: { AUTH_ISSUER: 'https://issuer.internal' }
    steps:
      - run: make
        env:
          EBAY_CLIENT_ID: \${{ secrets.EBAY_CLIENT_ID }}
`)
    expect(imported.form).toBe('actions')
    expect(byName(imported)).toMatchObject({
      DATABASE_URL: { filled: 'secret-reference', secret: true, under: ['workflow'] },
      LOG_LEVEL: { filled: 'variable-reference', secret: null },
      AUTH_ISSUER: { filled: 'value', looks: 'url', under: ['deploy'] },
      EBAY_CLIENT_ID: { filled: 'secret-reference', under: ['deploy'] },
    })
  })

  test('a bare block is read too', () => {
    expect(namesOf(importContract('env:\n  A: 1\n  B: two'))).toEqual(['A', 'B'])
    expect(namesOf(importContract('A: 1\nB: two', { form: 'actions' }))).toEqual(['A', 'B'])
  })
})

describe('003.6: JSON contract', () => {
  test.each<[string, unknown]>([
    ['a list of names', ['A', 'B']],
    [
      'a list of entries',
      [
        { name: 'A', required: true },
        { key: 'B', secret: true },
      ],
    ],
    ['a map by name', { $schema: 'x', A: { required: true }, B: 'value' }],
    ['under variables', { version: 1, variables: { A: {}, B: {} } }],
    ['a list under variables', { variables: [{ name: 'A' }, 'B'] }],
    ['a JSON Schema', { type: 'object', properties: { A: { type: 'string' }, B: {} }, required: ['A'] }],
    ['lists of required and optional names', { required: ['A'], optional: ['B'] }],
  ])('%s', (_, contract) => {
    const imported = importContract(JSON.stringify(contract))
    expect(imported.form).toBe('json')
    expect(namesOf(imported)).toEqual(['A', 'B'])
  })

  test('what is required and secret is taken over', () => {
    expect(byName(importContract('{"properties":{"A":{},"B":{}},"required":["A"],"secrets":["B"]}'))).toMatchObject({
      A: { required: true, secret: null },
      B: { required: false, secret: true },
    })
  })

  test('broken, deep and hostile JSON', () => {
    expect(importContract('{"A": sk_live_x}').problems).toEqual([{ line: null, what: 'This is not JSON that can be read.' }])
    expect(importContract('['.repeat(100_000)).variables).toEqual([])
    const polluting = importContract('{"__proto__": {"polluted": true}, "constructor": "x", "A": 1}')
    expect(namesOf(polluting)).toEqual(['__proto__', 'constructor', 'A'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

test('the form is guessed from name and text', () => {
  expect(guessForm('A=1', '.env.sample')).toBe('env')
  expect(guessForm('A: 1', 'deploy.yml')).toBe('actions')
  expect(guessForm('{}', 'x')).toBe('json')
  expect(guessForm('x-a: 1\nservices:\n  a: {}')).toBe('compose')
})

test('whatever the text, reading it answers and repeats no value', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.stringMatching(/^[A-Z]{1,6}=["']?zq[0-9a-f]{10}["']?$/),
    fc.stringMatching(/^ {0,6}[a-z]{1,8}: (?:zq[0-9a-f]{10}|&a|\*a|\[|\{)$/),
    fc.constantFrom('services:', '  api:', '    environment:', 'env:', '-----BEGIN PRIVATE KEY-----', '"""', '&a [*a]', '\0', '\uD800'),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.constantFrom(undefined, ...IMPORT_FORMS), (lines, form) => {
      const text = lines.join('\n')
      const imported = importContract(text, form ? { form } : {})
      expect(importContract(text, form ? { form } : {})).toEqual(imported)
      expect(JSON.stringify(imported)).not.toMatch(/zq[0-9a-f]{10}/)
    }),
    { numRuns: 400 },
  )
})

describe('comparison and proposal', () => {
  const stack = loadPolicy('stack')
  const rules = contractRules(stack)

  test('new, missing, of another kind, the same', () => {
    const text = [
      'API__ENV=local',
      'API__DATABASE_URL=postgresql://made:up@db/stack',
      'WORKER__CONCURRENCY=many',
      'API_JWT_ISSUER=x',
      'API__CACHE_TTL=60',
      'STRANGER=1',
    ].join('\n')
    const imported = importContract(text, { judge: judgeFor(rules, 'production') })
    const compared = compareContract(rules, imported)
    expect(compared.same).toEqual(['API__ENV'])
    expect(compared.different).toEqual([
      {
        name: 'API__DATABASE_URL',
        line: 2,
        how: ['A value of a secret stands in the file. Take it out of the file, and rotate it if it is real.'],
      },
      { name: 'WORKER__CONCURRENCY', line: 3, how: ['What stands in the file does not fit the policy: it is no whole number.'] },
    ])
    expect(compared.fresh.map(({ variable, note }) => [variable.name, note])).toEqual([
      ['API_JWT_ISSUER', 'The policy has API__JWT_ISSUER: this may be a slip of the pen.'],
      ['API__CACHE_TTL', null],
      ['STRANGER', expect.stringContaining('Not named as the policy says')],
    ])
    expect(compared.missing.map(({ name }) => name)).toContain('API__JWT_PRIVATE_KEY')
    expect(JSON.stringify(compared)).not.toContain('made:up')
  })

  test.each(SLUGS)('the proposal for %s loads when it is copied into its policy', (slug) => {
    const of = contractRules(loadPolicy(slug))
    const prefix = of.naming?.prefixes[0]?.prefix ?? ''
    const imported = importContract(
      [
        `${prefix}NEW_FLAG=true`,
        `${prefix}NEW_TOKEN=abc`,
        `${prefix}NEW_URL=https://a.internal`,
        `${prefix}NEW_LIMIT=4`,
        `${prefix}NEW_TEXT=x`,
      ].join('\n'),
    )
    const yaml = proposalYaml(
      of,
      compareContract(of, imported).fresh.map(({ variable }) => variable),
    )
    expect(yaml).toMatch(/^variables:\n {2}- name: /)
    const copied = policyText(slug).replace(/^variables:\n/m, yaml)
    const read = readPolicy(copied, `policies/${slug}.yaml`)
    expect(read.policy ? [] : read.findings.map(formatFinding)).toEqual([])
    expect(read.policy?.variables.slice(0, 5).map(({ name, secret }) => [name.slice(prefix.length), secret])).toEqual([
      ['NEW_FLAG', false],
      ['NEW_TOKEN', true],
      ['NEW_URL', false],
      ['NEW_LIMIT', false],
      ['NEW_TEXT', false],
    ])
  })
})
