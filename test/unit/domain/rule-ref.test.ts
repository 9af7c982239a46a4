import { describe, expect, it } from 'vitest'
import type { JudgeContext } from '@/lib/domain/observation/context'
import { judgeSystem } from '@/lib/domain/observation/judge'
import type { Policy } from '@/lib/domain/policy/schema'
import { isGateRule, isProductionLikeProfile, neverExceptable, type RuleRef, ruleRef, rulesOf } from '@/lib/domain/rule-ref'
import { loadPolicy, SLUGS } from '../policy/policies'
import { refOf, T } from './exception-facts'

const robodj = loadPolicy('robodj')
const waxwatch = loadPolicy('waxwatch')
const dreichor = loadPolicy('dreichor')
const stack = loadPolicy('stack')

describe('one key of a rule (000.32)', () => {
  it('names a cell of the matrix, in the policy’s words', () => {
    expect(refOf(robodj, 'staging', 'runtime.launchPath')).toMatchObject({
      kind: 'cell',
      title: 'Launch path',
      expected: 'RoboDJ_Launcher.bat',
      strength: 'required',
    })
    expect(refOf(robodj, 'prod', 'constraint.binary-edits')).toMatchObject({ strength: 'forbidden', expected: 'Forbidden' })
    expect(refOf(robodj, 'dev', 'constraint.backup-snapshots').strength).toBe('other')
    expect(refOf(robodj, 'dev', 'constraint.database-files').strength).toBe('required')
  })

  it('names a variable by its shape, never by a value', () => {
    expect(refOf(dreichor, 'prod', 'variable.LOG_LEVEL').title).toBe('LOG_LEVEL')
    for (const { name } of stack.variables)
      expect(refOf(stack, 'production', `variable.${name}`).expected).toMatch(/^(?:Set|When set)(?:, [^\n]+)?$/)
  })

  it('names a gate towards the profile, also one that a moment makes (000.8)', () => {
    expect(refOf(robodj, 'prod', 'gate.rollback-drill').kind).toBe('gate')
    expect(refOf(robodj, 'prod', 'gate.config-validation').kind).toBe('gate')
    expect(isGateRule(robodj, { key: 'constraint.config-validation', profile: 'prod' })).toBe(true)
    expect(isGateRule(robodj, { key: 'constraint.config-validation', profile: 'dev' })).toBe(false)
    expect(ruleRef(robodj, 'dev', 'gate.rollback-drill')).toBeNull()
  })

  it('names an isolated resource and a rule of isolation (004.4)', () => {
    expect(refOf(dreichor, 'prod', 'isolation.database')).toMatchObject({ strength: 'forbidden', title: 'Database' })
    expect(refOf(dreichor, 'prod', 'isolation.never-share-state').strength).toBe('forbidden')
  })

  it('names a file by the entry of the policy or its path, and any other environment file', () => {
    expect(refOf(robodj, 'prod', 'file.dotenv')).toMatchObject({ strength: 'forbidden', title: '.env' })
    expect(refOf(robodj, 'dev', 'file.dotenv').strength).toBe('other')
    expect(refOf(robodj, 'prod', 'file.secret.key').strength).toBe('forbidden')
    expect(refOf(robodj, 'prod', 'file.config/.env.local').strength).toBe('forbidden')
    expect(ruleRef(robodj, 'prod', 'file.holiday-photos.zip')).toBeNull()
  })

  it('names a general fact where the policy has a rule of it', () => {
    expect(refOf(waxwatch, 'production', 'environment.name').provenance).not.toEqual({})
    expect(refOf(waxwatch, 'production', 'routes.dev').strength).toBe('forbidden')
    expect(refOf(stack, 'production', 'seeding').strength).toBe('forbidden')
    expect(ruleRef(robodj, 'prod', 'routes.dev')).toBeNull()
  })

  it.each(SLUGS)('every rule that facts of %s are judged by has its reference, so that a finding can be excepted', (slug) => {
    const policy = loadPolicy(slug)
    const context: JudgeContext = {
      flags: [],
      variants: {},
      glass: [],
      live: {},
      attestations: [],
      fingerprintFindings: [],
      snapshots: [],
      explained: { changes: [], rotations: [] },
    }
    const verdicts = judgeSystem(policy, [], context, T)
    expect(verdicts.length).toBeGreaterThan(30)
    expect(verdicts.filter(({ profile, rule }) => ruleRef(policy, profile, rule) === null).map(({ rule }) => rule)).toEqual([])
  })

  it('is null for what the policy does not know: fails closed', () => {
    for (const key of [
      '',
      'x',
      'constraint.',
      'constraint.nothing',
      'variable.NOTHING',
      'gate.nothing',
      'runtime.intendedUsage',
      'toString',
    ])
      expect(ruleRef(robodj, 'prod', key), key).toBeNull()
    expect(ruleRef(robodj, 'nowhere', 'runtime.launchPath')).toBeNull()
    expect(isProductionLikeProfile(robodj, 'nowhere')).toBe(true)
  })

  it.each(SLUGS)('every rule that the form offers for %s leads back to itself', (slug) => {
    const policy = loadPolicy(slug)
    for (const { id } of policy.profiles) {
      const offered = rulesOf(policy, id)
      expect(offered.length).toBeGreaterThan(10)
      for (const ref of offered) {
        expect(ruleRef(policy, id, ref.key), ref.key).toEqual(ref)
        expect(ref.expected, ref.key).toMatch(/\S/)
      }
      expect(new Set(offered.map(({ key }) => key)).size).toBe(offered.length)
    }
    expect(rulesOf(policy, 'nowhere')).toEqual([])
  })
})

describe('what cannot be excepted', () => {
  const withNever = (policy: Policy, never: Partial<Policy['drift']['neverExceptable'][number]>): Policy => ({
    ...policy,
    drift: { ...policy.drift, neverExceptable: [{ id: 'x', text: 'Never.', assumed: true, ...never }] },
  })
  const isNever = (policy: Policy, key: string) => neverExceptable(policy, { key } as RuleRef) !== null

  it('plaintext secrets, whether it is asked for as the constraint or as the gate', () => {
    expect(isNever(robodj, 'constraint.secret-handling')).toBe(true)
    expect(isNever(robodj, 'gate.diff-secrets')).toBe(true)
    expect(isNever(robodj, 'gate.secret-handling')).toBe(true)
    expect(isNever(robodj, 'constraint.config-validation')).toBe(false)
  })

  it('state shared between profiles, whichever resource shares it (004.4)', () => {
    expect(isNever(dreichor, 'constraint.shared-state')).toBe(true)
    expect(isNever(dreichor, 'isolation.never-share-state')).toBe(true)
    expect(isNever(dreichor, 'isolation.database')).toBe(true)
  })

  it('files and variables by name, and what judges a constraint that cannot be excepted', () => {
    expect(isNever(withNever(robodj, { file: '*.key' }), 'file.fallback-key-files')).toBe(true)
    expect(isNever(withNever(robodj, { file: '.env' }), 'file.dotenv')).toBe(true)
    expect(isNever(withNever(robodj, { file: '.env' }), 'file.env-contract')).toBe(false)
    expect(isNever(withNever(robodj, { variable: 'A' }), 'variable.A')).toBe(true)
    const constraints = robodj.constraints.map((each) =>
      each.id === 'binary-edits'
        ? {
            ...each,
            observed: [
              { by: 'files' as const, none: ['*.exe'] },
              { by: 'contract' as const, variables: ['B'] },
            ],
          }
        : each,
    )
    const bound = withNever({ ...robodj, constraints }, { constraint: 'binary-edits' })
    expect([isNever(bound, 'file.RoboDJ.exe'), isNever(bound, 'variable.B'), isNever(bound, 'file.dotenv')]).toEqual([true, true, false])
  })

  it('what judges a constraint falls with it only where it has a say', () => {
    const isNeverOn = (profile: string) => neverExceptable(waxwatch, { key: 'file.env-dev', profile }) !== null
    expect([isNeverOn('production'), isNeverOn('staging'), isNeverOn('dev')]).toEqual([true, false, false])
  })

  it('a check, a file or a source that judges such a constraint falls with it: nobody excepts plaintext secrets by another name', () => {
    const stack = loadPolicy('stack')
    const robodj = loadPolicy('robodj')
    expect(neverExceptable(stack, { key: 'check.secret-scan', profile: 'production' })?.id).toBe('plaintext-secrets')
    expect(neverExceptable(stack, { key: 'check.another', profile: 'production' })).toBeNull()
    for (const key of ['file..env', 'file.secret.key', 'environment.env-file']) {
      expect(neverExceptable(robodj, { key, profile: 'prod' })?.id).toBe('plaintext-secrets')
      expect(neverExceptable(dreichor, { key, profile: 'prod' })).toBeNull()
    }
    expect(neverExceptable(robodj, { key: 'variable.ROBODJ_SECRET_KEY', profile: 'prod' })).toBeNull()
  })

  it('takes only the resource that an entry names', () => {
    const policy = withNever(dreichor, { isolation: 'database' })
    expect([isNever(policy, 'isolation.database'), isNever(policy, 'isolation.runtime-container')]).toEqual([true, false])
  })
})
