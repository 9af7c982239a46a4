import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ContractContext, evaluateContract, requiredSet } from '@/lib/domain/contract/evaluate'
import { SHAPE_PROBLEMS, type VariableFact } from '@/lib/domain/contract/facts'
import { evaluateValues, factsOfValues, type ValueLayer } from '@/lib/domain/contract/values'
import type { Policy, PolicyVariable } from '@/lib/domain/policy/schema'
import { loadPolicy, SLUGS } from '../policy/policies'

// Whatever a policy, a report or an environment holds: evaluation answers, answers the same twice, repeats no value, and is never in order
// while something required is not there (issue 4, section 5).

const bases = SLUGS.map(loadPolicy)

const name: fc.Arbitrary<string> = fc.oneof(
  fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/),
  fc.constantFrom('A', 'B', 'C', '__proto__', 'constructor', 'toString', 'API__DATABASE_URL', 'ROBODJ_SECRET_KEY', 'DATABASE_URL'),
)
const profile: fc.Arbitrary<string> = fc.constantFrom('dev', 'local', 'ci', 'staging', 'prod', 'production', 'preview-7', '')
const someProfiles = fc.uniqueArray(profile, { maxLength: 4 })

const validator: fc.Arbitrary<PolicyVariable['validators'][number]> = fc.oneof(
  fc.constant({ kind: 'not-empty' as const }),
  fc.record({ kind: fc.constant('not-placeholder' as const), profiles: fc.option(someProfiles, { nil: undefined }) }),
  fc.record({ kind: fc.constant('length' as const), min: fc.nat(40), max: fc.nat(80) }),
  fc.record({ kind: fc.constant('prefix' as const), value: fc.constantFrom('postgres://', 'a', 'https://') }),
  fc.record({
    kind: fc.constant('one-of' as const),
    values: fc.array(fc.constantFrom<string[]>('info', 'paper', 'true'), { minLength: 1 }),
    open: fc.boolean(),
    phases: fc.option(fc.constant<string[]>(['phase-1.5']), { nil: undefined }),
  }),
  fc.constant({ kind: 'boolean' as const }),
  fc.record({ kind: fc.constant('url' as const), schemes: fc.option(fc.constant<string[]>(['https']), { nil: undefined }) }),
  fc.record({ kind: fc.constant('integer' as const), min: fc.integer(), max: fc.integer() }),
  fc.record({ kind: fc.constant('pattern' as const), pattern: fc.constantFrom('^[a-z]+$', '.', '\\p{L}') }),
  fc.constant({ kind: 'unique-across-profiles' as const }),
)

const variable = (called: string): fc.Arbitrary<PolicyVariable> =>
  fc.record({
    name: fc.constant(called),
    description: fc.constant('Made up.'),
    group: fc.constant('Made up'),
    category: fc.constant('runtime'),
    secret: fc.boolean(),
    critical: fc.boolean(),
    requiredIn: someProfiles,
    requiredWhen: fc.option(fc.record({ text: fc.constant('if applicable'), profiles: fc.option(someProfiles, { nil: undefined }) }), {
      nil: undefined,
    }),
    defaultAllowedIn: someProfiles,
    validators: fc.array(validator, { maxLength: 3 }),
    sources: fc.option(fc.array(fc.constantFrom('environment', 'dotenv', 'defaults', 'nowhere'), { minLength: 1 }), { nil: undefined }),
    definedIn: fc.constant([]),
    owner: fc.constant('environment' as const),
    mutability: fc.constant('changeable' as const),
    purpose: fc.constantFrom('value' as const, 'profile-name' as const, 'instance-id' as const),
    assumed: fc.constant(true as const),
  })

/** A policy with its own profiles, phases and precedence, and made-up variables, variants and capabilities. */
const policy: fc.Arbitrary<Policy> = fc
  .tuple(fc.constantFrom(...bases), fc.uniqueArray(name, { maxLength: 8 }), fc.boolean())
  .chain(([base, names, isNormative]) =>
    fc.tuple(
      fc.constant(base),
      fc.constant(isNormative),
      fc.tuple(...names.map(variable)),
      fc.array(fc.record({ profiles: someProfiles, variables: fc.uniqueArray(name, { maxLength: 4 }), isDefault: fc.boolean() }), {
        maxLength: 3,
      }),
      fc.array(fc.record({ needs: fc.uniqueArray(name, { maxLength: 3 }), profiles: someProfiles }), { maxLength: 2 }),
    ),
  )
  .map(([base, normative, variables, variants, capabilities]) => ({
    ...base,
    document: { ...base.document, normative },
    variables,
    contractVariants: variants.map((each, index) => ({ ...each, id: `v${index}`, title: 'Made up', assumed: true as const })),
    capabilities: capabilities.map((each, index) => ({
      ...each,
      id: `c${index}`,
      title: 'Made up',
      whenMissing: 'disabled' as const,
      text: 'Made up.',
      assumed: true as const,
    })),
  }))

const context: fc.Arbitrary<ContractContext> = fc.record({
  profile,
  variant: fc.constantFrom(null, 'v0', 'v1', 'default', 'without-providers', 'nonsense'),
  conditions: fc.dictionary(name, fc.boolean(), { maxKeys: 4 }),
})

const fact: fc.Arbitrary<VariableFact> = fc.record({
  name: fc.oneof(name, fc.string(), fc.string({ unit: 'grapheme' })),
  present: fc.boolean(),
  valid: fc.constantFrom(true, false, null),
  problem: fc.constantFrom(null, ...SHAPE_PROBLEMS),
  source: fc.constantFrom(null, 'environment', 'dotenv', 'defaults', 'secret-store', 'nowhere'),
  isDefault: fc.boolean(),
  says: fc.constantFrom(null, 'paper', 'live', 'info'),
  fingerprint: fc.constant(null),
})

/** Values that no policy, sentence or name contains. */
const value = fc.oneof(
  fc.stringMatching(/^zq[0-9a-f]{10}$/),
  fc.stringMatching(/^https:\/\/zq[0-9a-f]{8}\.internal$/),
  fc.stringMatching(/^zq [ä-ü]{5,9}$/),
  fc.constantFrom('', ' ', 'true', 'info', 'paper'),
)
const layer: fc.Arbitrary<ValueLayer> = fc.record({
  kind: fc.constantFrom('environment' as const, 'file' as const, 'default' as const),
  source: fc.constantFrom(null, 'environment', 'dotenv', 'defaults', 'secret-store', 'nowhere'),
  values: fc.dictionary(fc.oneof(name, fc.string()), fc.option(value, { nil: undefined }), { maxKeys: 8 }),
})

const KNOWN = new Set(['', ' ', 'true', 'info', 'paper'])

test('evaluation is total and deterministic on arbitrary policies and reports', () => {
  fc.assert(
    fc.property(policy, fc.array(fact, { maxLength: 12 }), context, (given, facts, asked) => {
      const before = JSON.stringify(facts)
      const once = evaluateContract(given, facts, asked)
      expect(evaluateContract(given, facts, asked)).toEqual(once)
      expect(JSON.stringify(facts)).toBe(before)
      expect(once.lines.filter((line) => line.required)).toHaveLength(once.required)
      expect(once.met).toBeLessThanOrEqual(once.required)
      for (const line of once.lines) expect(line.severity === 'block' && once.ok).toBe(false)
    }),
  )
})

test('it is never in order while a required variable is missing', () => {
  fc.assert(
    fc.property(policy, fc.array(fact, { maxLength: 12 }), context, (given, facts, asked) => {
      const result = evaluateContract(given, facts, asked)
      const there = new Set(facts.filter(({ present, isDefault }) => present || isDefault).map((each) => each.name))
      const gone = result.lines.filter((line) => line.required && !there.has(line.variable))
      for (const line of gone) expect(line.verdict).toBe('missing')
      if (gone.length > 0) expect(result.ok).toBe(false)
      if (result.ok) expect(result.lines.filter((line) => line.required).every(({ verdict }) => verdict === 'met')).toBe(true)
    }),
  )
})

test('on the four policies no set of reports without a required name is in order', () => {
  fc.assert(
    fc.property(fc.constantFrom(...bases), fc.nat(), fc.infiniteStream(fact), (given, pick, facts) => {
      for (const { id } of given.profiles) {
        const required = [...requiredSet(given, id, null)].filter(
          (each) => given.variables.find((declared) => declared.name === each)?.requiredWhen === undefined,
        )
        if (required.length === 0) continue
        const left = required[pick % required.length]
        const all = given.variables
          .filter((each) => each.name !== left)
          .map((each) => ({ ...facts.next().value, name: each.name, present: true, valid: true }))
        expect(evaluateContract(given, all, { profile: id, variant: null, conditions: {} }).ok).toBe(false)
      }
    }),
    { numRuns: 50 },
  )
})

test('a value is never part of the answer, nor of a report but for a listed word', () => {
  fc.assert(
    fc.property(policy, fc.array(layer, { maxLength: 3 }), context, (given, layers, asked) => {
      const result = evaluateValues(given, layers, asked)
      expect(evaluateValues(given, layers, asked)).toEqual(result)
      const values = layers.flatMap((each) => Object.values(each.values)).filter((each) => each !== undefined && !KNOWN.has(each))
      const said = JSON.stringify(result)
      for (const each of values) expect(said).not.toContain(JSON.stringify(each).slice(1, -1))
      const secrets = new Set(given.variables.filter(({ secret }) => secret).map((each) => each.name))
      for (const { name: called, says } of factsOfValues(given, layers, asked.profile)) if (secrets.has(called)) expect(says).toBeNull()
    }),
  )
})
