import { describe, expect, test } from 'vitest'
import { contractSchema, envExample, exportContract, markdownTable } from '@/lib/domain/contract/export'
import { importContract } from '@/lib/domain/contract/import'
import type { Policy } from '@/lib/domain/policy/schema'
import { loadPolicy, SLUGS } from '../policy/policies'
import { GOOD } from './environments'

describe.each(SLUGS)('%s', (slug) => {
  const policy = loadPolicy(slug)

  test.each(policy.profiles.map(({ id }) => id))('002.39: %s as .env.example, read back without a problem', (profile) => {
    const imported = importContract(envExample(policy, profile, null).replace(/^# (?=[A-Z_]+=)/gm, ''), { form: 'env' })
    expect(imported.problems).toEqual([])
    expect(imported.variables.map(({ name }) => name).sort()).toEqual(policy.variables.map(({ name }) => name).sort())
    for (const variable of imported.variables)
      if (policy.variables.find(({ name, secret }) => secret && name === variable.name)) expect(variable.filled).toBe('empty')
  })
})

test('what is required is written out, what is optional is commented out, secrets stay empty', () => {
  const text = exportContract(loadPolicy('stack'), 'production', null, 'env')
  expect(text).toContain('\nAPI__DATABASE_URL=\n')
  expect(text).toContain('\n# API__LOG_LEVEL=\n')
  expect(text).toContain('# required if applicable; not empty')
})

test('the JSON Schema takes what the contract takes, and a variant narrows what is required', () => {
  const waxwatch = loadPolicy('waxwatch')
  const schema = contractSchema(waxwatch, 'production', null)
  expect(schema.required).toHaveLength(9)
  expect(contractSchema(waxwatch, 'production', 'without-providers').required).toEqual([
    'DATABASE_URL',
    'AUTH_ISSUER',
    'AUTH_JWKS_URL',
    'TOKEN_CRYPTO_KMS_KEY_ID',
    'ENVIRONMENT',
  ])
  for (const { slug, profile, values } of GOOD) {
    const { required, properties } = contractSchema(loadPolicy(slug), profile, null)
    expect(Object.keys(values)).toEqual(expect.arrayContaining(required as string[]))
    for (const [name, value] of Object.entries(values)) {
      const { allOf = [] } =
        (properties as Record<string, { allOf?: { pattern?: string; enum?: string[]; minLength?: number }[] }>)[name] ?? {}
      for (const rule of allOf) {
        if (rule.pattern !== undefined) expect(value).toMatch(new RegExp(rule.pattern, 'u'))
        if (rule.enum) expect(rule.enum).toContain(value)
        if (rule.minLength !== undefined) expect(value.length).toBeGreaterThanOrEqual(rule.minLength)
      }
    }
  }
})

test('hostile words of a policy stay words in every form', () => {
  const base = loadPolicy('dreichor')
  const [first] = base.variables
  if (!first) throw new Error('no variable')
  const hostile: Policy = {
    ...base,
    variables: [{ ...first, description: '=HYPERLINK("x") | <script>\nEVIL=1', example: 'it’s $(rm) "x"\nEVIL=2', group: '+cmd' }],
  }
  const env = envExample(hostile, 'prod', null)
  expect(importContract(env, { form: 'env' }).variables.map(({ name }) => name)).toEqual([first.name])
  const table = markdownTable(hostile, 'prod', null)
  expect(table).not.toMatch(/\| [=+@-](?!-)/)
  expect(table).not.toContain('<script>')
  expect(table.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(3)
  expect(JSON.parse(exportContract(hostile, 'prod', null, 'json'))).toMatchObject({ type: 'object' })
})

test('001.7: an unknown profile is exported as the strictest one', () => {
  const policy = loadPolicy('robodj')
  expect(exportContract(policy, 'preview-7', null, 'md')).toBe(exportContract(policy, 'prod', null, 'md'))
})
