import { describe, expect, test } from 'vitest'
import { evaluateContract, requiredSet } from '@/lib/domain/contract/evaluate'
import type { VariableFact } from '@/lib/domain/contract/facts'
import { evaluateValues, factsOfValues, inPrecedence, sourceOfFile, type ValueLayer } from '@/lib/domain/contract/values'
import type { Policy } from '@/lib/domain/policy/schema'
import { loadPolicy, SLUGS } from '../policy/policies'
import { at, type Environment, GOOD, good, layersOf } from './environments'

const policies = Object.fromEntries(SLUGS.map((slug) => [slug, loadPolicy(slug)]))
const policyOf = (slug: string): Policy => {
  const policy = policies[slug]
  if (!policy) throw new Error(`There is no policy ${slug}`)
  return policy
}

function judge(environment: Environment, changes: Readonly<Record<string, string | undefined>> = {}, more = {}) {
  return evaluateValues(policyOf(environment.slug), layersOf(environment, changes), at(environment.profile, more))
}

const lineOf = (result: ReturnType<typeof judge>, name: string) => result.lines.find(({ variable }) => variable === name)

describe('environments in order', () => {
  test.each(GOOD)('$slug $profile is in order', (environment) => {
    const result = judge(environment)
    expect(result.lines.filter(({ verdict }) => verdict !== 'met' && verdict !== 'not-required')).toEqual([])
    expect(result.ok).toBe(true)
    expect(result.met).toBe(result.required)
    expect(result.off).toEqual([])
  })

  test('004.8: Dreichor requires ten on both', () => {
    expect([...requiredSet(policyOf('dreichor'), 'prod', null)]).toHaveLength(10)
    expect(judge(good('dreichor', 'prod')).required).toBe(10)
  })
})

type Bad = [
  cites: string,
  slug: string,
  profile: string,
  changes: Record<string, string | undefined>,
  name: string,
  verdict: string,
  severity: string | null,
]

describe('environments out of order', () => {
  test.each<Bad>([
    ['000.16', 'robodj', 'prod', { ROBODJ_SECRET_V2_KEY: undefined }, 'ROBODJ_SECRET_V2_KEY', 'missing', 'block'],
    ['000.16', 'robodj', 'dev', { ROBODJ_SECRET_V2_KEY: undefined }, 'ROBODJ_SECRET_V2_KEY', 'missing', 'block'],
    ['000.10', 'robodj', 'staging', { ROBODJ_SECRET_KEY: 'changeme' }, 'ROBODJ_SECRET_KEY', 'invalid', 'block'],
    ['000.10', 'robodj', 'dev', { ROBODJ_SECRET_KEY: 'changeme' }, 'ROBODJ_SECRET_KEY', 'met', null],
    ['001.11', 'waxwatch', 'production', { EBAY_CLIENT_SECRET: undefined }, 'EBAY_CLIENT_SECRET', 'missing', 'block'],
    ['001.11', 'waxwatch', 'production', { EBAY_CLIENT_SECRET: '' }, 'EBAY_CLIENT_SECRET', 'invalid', 'block'],
    ['001', 'waxwatch', 'production', { DATABASE_URL: 'postgres://app@db/waxwatch' }, 'DATABASE_URL', 'invalid', 'block'],
    ['001', 'waxwatch', 'production', { AUTH_ISSUER: 'http://auth.internal' }, 'AUTH_ISSUER', 'invalid', 'block'],
    ['001.5', 'waxwatch', 'production', { ENVIRONMENT: 'prodd' }, 'ENVIRONMENT', 'invalid', 'block'],
    ['002.20', 'stack', 'production', { API__REDIS_URL: undefined }, 'API__REDIS_URL', 'missing', 'block'],
    ['002.20', 'stack', 'ci', { API__REDIS_URL: undefined }, 'API__REDIS_URL', 'missing', 'block'],
    ['002.45', 'stack', 'production', { WORKER__CONCURRENCY: '0' }, 'WORKER__CONCURRENCY', 'invalid', 'block'],
    ['002.45', 'stack', 'production', { WORKER__CONCURRENCY: 'many' }, 'WORKER__CONCURRENCY', 'invalid', 'block'],
    ['002.45', 'stack', 'production', { WORKER__CONCURRENCY: ' ' }, 'WORKER__CONCURRENCY', 'not-required', null],
    ['002.45', 'stack', 'staging', { WEB__PUBLIC_API_BASE_URL: 'api.internal' }, 'WEB__PUBLIC_API_BASE_URL', 'invalid', 'block'],
    ['002.18', 'stack', 'production', { API_DATABASE_URL: 'x' }, 'API_DATABASE_URL', 'badly-named', 'warn'],
    ['002.18', 'stack', 'production', { WORKER_POOL: 'x' }, 'WORKER_POOL', 'badly-named', 'warn'],
    ['002.18', 'stack', 'production', { HOME: '/root' }, 'HOME', 'badly-named', 'note'],
    ['002.15', 'stack', 'production', { API__EXTRA: 'x' }, 'API__EXTRA', 'unknown-variable', 'note'],
    ['004.9', 'dreichor', 'prod', { SAFETY_MODE: undefined }, 'SAFETY_MODE', 'missing', 'block'],
    ['004.1', 'dreichor', 'dev', { SAFETY_MODE: undefined }, 'SAFETY_MODE', 'missing', 'block'],
    ['004.10', 'dreichor', 'prod', { EXECUTION_PLANE: 'live' }, 'EXECUTION_PLANE', 'invalid', 'block'],
    ['004.11', 'dreichor', 'prod', { ENABLE_AUDIT_LOGGING: 'yes' }, 'ENABLE_AUDIT_LOGGING', 'invalid', 'block'],
    ['004.12', 'dreichor', 'prod', { DATABASE_URL: 'postgresql://db/dreichor_prod' }, 'DATABASE_URL', 'invalid', 'block'],
    ['004.8', 'dreichor', 'prod', { LOG_LEVEL: 'trace' }, 'LOG_LEVEL', 'met', null],
    ['004.17', 'dreichor', 'prod', { EXCHANGE_PROVIDER: '<provider>' }, 'EXCHANGE_PROVIDER', 'invalid', 'block'],
  ])('%s: %s %s with %o', (_, slug, profile, changes, name, verdict, severity) => {
    const result = judge(good(slug, profile), changes)
    expect(lineOf(result, name)).toMatchObject({ verdict, severity })
    expect(result.ok).toBe(severity !== 'block' && verdict !== 'missing')
  })
})

describe('profiles and variants', () => {
  test('001.7: a name nobody declared is held to the contract of production', () => {
    const { values } = good('waxwatch', 'production')
    const result = evaluateContract(
      policyOf('waxwatch'),
      factsOfValues(policyOf('waxwatch'), [{ kind: 'environment', source: null, values }], 'preview-7'),
      at('preview-7'),
    )
    expect(result).toMatchObject({ required: 9, ok: true })
    expect(evaluateContract(policyOf('waxwatch'), [], at('preview-7'))).toMatchObject({ ok: false, met: 0 })
  })

  test('a profile that is not production-like warns, unless the document is normative (004.1) as all four are', () => {
    const robodj = policyOf('robodj')
    const loose: Policy = { ...robodj, document: { ...robodj.document, normative: false } }
    const severity = (profile: string) =>
      evaluateContract(loose, [], at(profile)).lines.find(({ verdict }) => verdict === 'missing')?.severity
    expect([severity('dev'), severity('staging'), severity('prod')]).toEqual(['warn', 'block', 'block'])
    expect(evaluateContract(loose, [], at('dev')).ok).toBe(false)
  })

  test('an alias is its profile', () => {
    const prod = good('robodj', 'prod')
    expect(evaluateValues(policyOf('robodj'), layersOf(prod), at('production'))).toEqual(judge(prod))
  })

  test('001.12: a chosen variant replaces the default set and nothing else; 001.4: its providers stay off', () => {
    const environment = good('waxwatch', 'production')
    const without = { DISCOGS_USER_AGENT: undefined, DISCOGS_TOKEN: undefined, EBAY_CLIENT_ID: undefined, EBAY_CLIENT_SECRET: undefined }
    expect(judge(environment, without)).toMatchObject({ ok: false, required: 9, met: 5 })
    const result = judge(environment, without, { variant: 'without-providers' })
    expect(result).toMatchObject({ ok: true, required: 5, met: 5 })
    expect(result.off.map(({ id, missing, whenMissing }) => [id, missing, whenMissing])).toEqual([
      ['discogs', ['DISCOGS_USER_AGENT', 'DISCOGS_TOKEN'], 'disabled'],
      ['ebay', ['EBAY_CLIENT_ID', 'EBAY_CLIENT_SECRET'], 'disabled'],
    ])
    // ENVIRONMENT is in no set; the override says nothing about it.
    expect(judge(environment, { ...without, ENVIRONMENT: undefined }, { variant: 'without-providers' })).toMatchObject({ ok: false })
  })

  test('a variant that does not exist leaves the default set in force', () => {
    const environment = good('waxwatch', 'production')
    expect(judge(environment, { EBAY_CLIENT_ID: undefined }, { variant: 'smaller' }).ok).toBe(false)
  })

  test('002.20: a condition that only a person can answer', () => {
    const environment = good('stack', 'production')
    const missing = { API__CORS_ORIGINS: undefined }
    expect(lineOf(judge(environment, missing), 'API__CORS_ORIGINS')).toMatchObject({
      verdict: 'missing',
      severity: 'warn',
      required: false,
    })
    const yes = judge(environment, missing, { conditions: { API__CORS_ORIGINS: true } })
    expect(lineOf(yes, 'API__CORS_ORIGINS')).toMatchObject({ verdict: 'missing', severity: 'block', required: true })
    expect(yes.ok).toBe(false)
    const no = judge(environment, missing, { conditions: { API__CORS_ORIGINS: false } })
    expect(lineOf(no, 'API__CORS_ORIGINS')).toMatchObject({ verdict: 'not-required', severity: null })
    expect(no.ok).toBe(true)
  })
})

describe('sources and defaults', () => {
  const stack = policyOf('stack')
  const defaults = (values: Record<string, string>): ValueLayer => ({ kind: 'default', source: 'defaults', values })

  test('002.16: explicit variables win over a file, a file over defaults', () => {
    const layers: ValueLayer[] = [
      defaults({ API__ENV: 'local' }),
      { kind: 'file', source: 'env-local', values: { API__ENV: 'ci' } },
      { kind: 'environment', source: 'environment', values: { API__ENV: 'staging' } },
    ]
    expect(inPrecedence(stack, layers).map(({ source }) => source)).toEqual(['environment', 'env-local', 'defaults'])
    const fact = (given: ValueLayer[]) => factsOfValues(stack, given, 'local').find(({ name }) => name === 'API__ENV')
    expect(fact(layers)).toMatchObject({ says: 'staging', source: 'environment', isDefault: false })
    expect(fact(layers.slice(0, 2))).toMatchObject({ says: 'ci', source: 'env-local', isDefault: false })
    expect(fact(layers.slice(0, 1))).toMatchObject({ says: 'local', source: 'defaults', isDefault: true })
  })

  test.each(['ci', 'staging', 'production'])('002.17: on %s no critical setting rests on a default', (profile) => {
    const { API__JWT_ISSUER: issuer = '', ...values } = good('stack', profile).values
    const layers: ValueLayer[] = [{ kind: 'environment', source: 'environment', values }, defaults({ API__JWT_ISSUER: issuer })]
    const result = evaluateValues(stack, layers, at(profile))
    expect(lineOf(result, 'API__JWT_ISSUER')).toMatchObject({ verdict: 'defaulted', severity: 'block' })
    expect(result.ok).toBe(false)
  })

  test('002.17: on local a default may stand in; what is neither critical nor required is a note elsewhere', () => {
    const layers = [defaults({ API__JWT_ISSUER: 'http://localhost', WORKER__CONCURRENCY: '2' })]
    expect(lineOf(evaluateValues(stack, layers, at('local')), 'API__JWT_ISSUER')).toMatchObject({ verdict: 'met' })
    expect(lineOf(evaluateValues(stack, layers, at('production')), 'WORKER__CONCURRENCY')).toMatchObject({
      verdict: 'defaulted',
      severity: 'note',
    })
  })

  test('004.11, 004.17: Dreichor takes no default anywhere', () => {
    for (const profile of ['dev', 'prod']) {
      const facts = factsOfValues(policyOf('dreichor'), layersOf(good('dreichor', profile)), profile).map(
        (fact): VariableFact => (fact.name === 'ENABLE_AUDIT_LOGGING' ? { ...fact, isDefault: true } : fact),
      )
      expect(evaluateContract(policyOf('dreichor'), facts, at(profile))).toMatchObject({ ok: false, met: 9 })
    }
  })

  const from = (slug: string, profile: string, source: string | null, name: string) => {
    const facts = factsOfValues(policyOf(slug), layersOf(good(slug, profile)), profile).map((fact) => ({ ...fact, source }))
    return lineOf(evaluateContract(policyOf(slug), facts, at(profile)), name)
  }

  test.each([
    ['001.1', 'waxwatch', 'production', 'env-prod', 'DATABASE_URL', 'wrong-source'],
    ['001.2', 'waxwatch', 'production', 'secret-manager', 'DATABASE_URL', 'met'],
    ['002.16', 'stack', 'production', 'dotenv', 'API__ENV', 'wrong-source'],
    ['002.23', 'stack', 'production', 'github-actions', 'API__DATABASE_URL', 'wrong-source'],
    ['002.23', 'stack', 'ci', 'github-actions', 'API__DATABASE_URL', 'met'],
    ['000.23', 'robodj', 'prod', 'fallback-key-files', 'ROBODJ_SECRET_KEY', 'wrong-source'],
    ['000.23', 'robodj', 'dev', 'fallback-key-files', 'ROBODJ_SECRET_KEY', 'met'],
    ['000.23', 'robodj', 'prod', 'env-contract', 'ROBODJ_SECRET_KEY', 'wrong-source'],
    ['004.7', 'dreichor', 'prod', 'server-side', 'DATABASE_URL', 'wrong-source'],
    ['004.14', 'dreichor', 'prod', 'deploy-agent', 'DATABASE_URL', 'met'],
    ['002.16', 'stack', 'production', 'somewhere-else', 'API__ENV', 'wrong-source'],
    ['001.2', 'waxwatch', 'production', null, 'DATABASE_URL', 'met'],
  ])('%s: %s %s, a value from %s', (_, slug, profile, source, name, verdict) => {
    expect(from(slug, profile, source, name)).toMatchObject({ verdict })
  })

  test('a file is known by its name', () => {
    expect(sourceOfFile(policyOf('waxwatch'), '/srv/app/.env.prod')).toBe('env-prod')
    expect(sourceOfFile(policyOf('robodj'), 'secret_v2.key')).toBe('fallback-key-files')
    expect(sourceOfFile(policyOf('stack'), 'other.env')).toBeNull()
  })
})

describe('reports of others', () => {
  const fact = (name: string, more: Partial<VariableFact> = {}): VariableFact => ({
    name,
    present: true,
    valid: true,
    problem: null,
    source: null,
    isDefault: false,
    says: null,
    fingerprint: null,
    ...more,
  })
  const dreichor = policyOf('dreichor')
  const all = dreichor.variables.map(({ name }) => fact(name))

  test('a value that nobody judged is not met', () => {
    const facts = all.map((each) => (each.name === 'LOG_LEVEL' ? { ...each, valid: null } : each))
    const result = evaluateContract(dreichor, facts, at('prod'))
    expect(lineOf(result, 'LOG_LEVEL')).toMatchObject({ verdict: 'not-reported', severity: null })
    expect(result).toMatchObject({ ok: false, met: 9 })
  })

  test('004.10: a word that the policy does not allow outweighs "valid"', () => {
    const facts = all.map((each) => (each.name === 'EXECUTION_PLANE' ? { ...each, says: 'live' } : each))
    expect(lineOf(evaluateContract(dreichor, facts, at('prod')), 'EXECUTION_PLANE')).toMatchObject({
      verdict: 'invalid',
      severity: 'block',
    })
  })

  test('of two reports of one variable the worse counts', () => {
    const facts = [...all, fact('LOG_LEVEL', { present: false, valid: null })]
    expect(evaluateContract(dreichor, facts, at('prod'))).toMatchObject({ ok: false, met: 9 })
  })

  test('what is no name is not repeated', () => {
    const pasted = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7'
    const result = evaluateContract(dreichor, [...all, fact(pasted), fact('ПАРОЛЬ'), fact('postgres://u:p@h')], at('prod'))
    expect(JSON.stringify(result)).not.toContain(pasted)
    expect(JSON.stringify(result)).not.toContain('ПАРОЛЬ')
    expect(JSON.stringify(result)).not.toContain('u:p')
    expect(result.lines.filter(({ variable }) => variable === '(not a name)')).toHaveLength(1)
  })

  test('a thousand variables beside the largest contract are judged quickly', () => {
    const stack = policyOf('stack')
    const facts = [
      ...stack.variables.map(({ name }) => fact(name)),
      ...Array.from({ length: 986 }, (_, index) => fact(`API__EXTRA_${index}`)),
    ]
    evaluateContract(stack, facts, at('production'))
    const began = performance.now()
    for (let round = 0; round < 20; round += 1) evaluateContract(stack, facts, at('production'))
    // Far from what it takes (tenths of a millisecond each), so that a busy machine does not fail it; the bench measures.
    expect((performance.now() - began) / 20).toBeLessThan(25)
  })
})
