import { expect, test } from 'vitest'
import { isPlaceholder } from '@/lib/domain/contract/placeholder'
import { maySay, shapeOf } from '@/lib/domain/contract/shape'
import { validatorWords } from '@/lib/domain/contract/validator-words'
import { Variable } from '@/lib/domain/policy/parts/variables'
import type { PolicyVariable } from '@/lib/domain/policy/schema'

const variable = (more: Record<string, unknown>): PolicyVariable =>
  Variable.parse({
    name: 'X',
    description: 'Made up.',
    group: 'Made up',
    category: 'runtime',
    secret: false,
    requiredIn: [],
    owner: 'environment',
    mutability: 'changeable',
    assumed: true,
    ...more,
  })

const problem = (validators: unknown[], value: string, more: { profile?: string; phase?: string | null; example?: string } = {}) =>
  shapeOf(variable({ validators, ...(more.example ? { example: more.example } : {}) }), value, {
    profile: more.profile ?? 'prod',
    phase: more.phase ?? null,
  }).problem

test.each<[string, unknown, string, string | null]>([
  ['not empty', { kind: 'not-empty' }, '  ', 'empty'],
  ['a text', { kind: 'not-empty' }, 'x', null],
  ['length', { kind: 'length', min: 4, max: 6 }, 'abc', 'length'],
  ['length', { kind: 'length', min: 4, max: 6 }, 'abcdef', null],
  ['length', { kind: 'length', min: 4, max: 6 }, 'abcdefg', 'length'],
  ['prefix', { kind: 'prefix', value: 'postgres://' }, 'postgresql://db', 'prefix'],
  ['prefix', { kind: 'prefix', value: 'postgres://' }, 'postgres://db', null],
  ['one of', { kind: 'one-of', values: ['a', 'b'] }, 'c', 'one-of'],
  ['one of', { kind: 'one-of', values: ['a', 'b'] }, 'A', 'one-of'],
  ['an open list', { kind: 'one-of', values: ['a'], open: true }, 'c', null],
  ['boolean', { kind: 'boolean' }, 'True', 'boolean'],
  ['boolean', { kind: 'boolean' }, 'false', null],
  ['url', { kind: 'url' }, 'not an address', 'url'],
  ['url', { kind: 'url' }, 'https:example', 'url'],
  ['url', { kind: 'url', schemes: ['https'] }, 'http://a.internal', 'scheme'],
  ['url', { kind: 'url', schemes: ['https'] }, 'HTTPS://a.internal', null],
  ['url', { kind: 'url', schemes: ['https://'] }, 'https://a.internal', null],
  ['url', { kind: 'url' }, 'javascript:alert(1)', 'url'],
  ['integer', { kind: 'integer', min: 1, max: 10 }, '1.5', 'integer'],
  ['integer', { kind: 'integer', min: 1, max: 10 }, '0', 'range'],
  ['integer', { kind: 'integer', min: 1, max: 10 }, '11', 'range'],
  ['integer', { kind: 'integer', min: 1, max: 10 }, '10', null],
  ['integer', { kind: 'integer' }, '1e3', 'integer'],
  ['pattern', { kind: 'pattern', pattern: '^[a-z]+$' }, 'abc1', 'pattern'],
  ['placeholder', { kind: 'not-placeholder' }, 'changeme', 'placeholder'],
  ['different everywhere is judged elsewhere', { kind: 'unique-across-profiles' }, 'x', null],
])('%s: %o on %s', (_, validator, value, expected) => {
  expect(problem([validator], value)).toBe(expected)
})

test('002.15: a value that is not set, empty, or enormous', () => {
  const at = { profile: 'prod', phase: null }
  expect(shapeOf(variable({}), undefined, at)).toEqual({ present: false, valid: null, problem: null, says: null })
  expect(shapeOf(variable({}), '', at)).toEqual({ present: true, valid: false, problem: 'empty', says: null })
  expect(shapeOf(variable({ validators: [{ kind: 'pattern', pattern: '^(a+)+$' }] }), `${'a'.repeat(70_000)}!`, at).problem).toBe('length')
})

test('004.10: an allowed word of one phase; an unknown phase is every phase', () => {
  const only = [{ kind: 'one-of', values: ['paper'], phases: ['phase-2'] }]
  expect(problem(only, 'live', { phase: 'phase-2' })).toBe('phase')
  expect(problem(only, 'live', { phase: null })).toBe('phase')
  expect(problem(only, 'live', { phase: 'later' })).toBeNull()
  expect(problem(only, 'paper', { phase: 'phase-2' })).toBeNull()
})

test('a placeholder is allowed where the rule does not hold', () => {
  const rule = [{ kind: 'not-placeholder', profiles: ['prod'] }]
  expect(problem(rule, 'changeme', { profile: 'dev' })).toBeNull()
  expect(problem(rule, 'changeme', { profile: 'prod' })).toBe('placeholder')
  expect(problem(rule, 'my made up example', { example: 'my made up example' })).toBe('placeholder')
})

test.each([
  ...'changeme ChangeMe change-me <token> xxx XXXXXXXX todo TODO TBD your-key-here your_api_key replace-me example ...'.split(' '),
  ...'{{token}} ******** aaaa "changeme" [secret] secret password insert-key-here'.split(' '),
  '<your token>',
  '${'.concat('TOKEN}'),
  'A made up token',
])('%s stands for a value', (value) => {
  expect(isPlaceholder(value)).toBe(true)
})

test.each([
  'paper',
  'kraken-sandbox',
  'dreichor-prod-01',
  'https://auth.stack.internal',
  'postgres://runtime@db/x',
  '12345',
  'k7',
  'waxwatch/1.0 (+ops@waxwatch.internal)',
])('%s is a value', (value) => {
  expect(isPlaceholder(value)).toBe(false)
})

test('only listed words, and words that could be no secret, may be said', () => {
  const at = { profile: 'prod', phase: null }
  const level = variable({ validators: [{ kind: 'one-of', values: ['info'], open: true }] })
  expect(shapeOf(level, 'info', at).says).toBe('info')
  expect(shapeOf(level, 'verbose', at).says).toBe('verbose')
  expect(shapeOf(level, 'aB3kQ9xZ1pLm7', at).says).toBeNull()
  expect(shapeOf(level, 'two words', at).says).toBeNull()
  expect(shapeOf(variable({ validators: [{ kind: 'not-empty' }] }), 'word', at).says).toBeNull()
  const secret = variable({ secret: true, validators: [{ kind: 'one-of', values: ['a'] }], purpose: 'instance-id' })
  expect(maySay(secret)).toBe(false)
  expect(shapeOf(secret, 'a', at).says).toBeNull()
})

test('validators have words', () => {
  expect(validatorWords({ kind: 'length', min: 8 })).toBe('a text with length from 8')
  expect(validatorWords({ kind: 'not-placeholder', profiles: ['staging', 'prod'] })).toBe('no placeholder on staging and prod')
})
