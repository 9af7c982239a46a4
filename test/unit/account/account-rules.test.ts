import { expect, test } from 'vitest'
import { isDemoEmail, normalEmail, whyNotPassword, whyNotPersonName } from '@/lib/domain/account'

test('addresses are compared after Unicode normalisation (GHSA-7rqj-j65f-68wh)', () => {
  expect(normalEmail(' Ｍara@Example.ORG ')).toBe('mara@example.org')
})

test('only addresses of the reserved domain are personas', () => {
  expect(isDemoEmail('ada@demo.countersign.example')).toBe(true)
  expect(isDemoEmail('ada@demo.countersign.example.org')).toBe(false)
  expect(isDemoEmail('demo.countersign.example@evil.example')).toBe(false)
})

test.each([
  ['eleven char', false],
  ['twelve chars', true],
  ['aaaaaaaaaaaaaaaa', false],
  ['mara.lindqvist@example.org', false],
  ['maralindqvist', false],
  ['several plain words', true],
  ['x'.repeat(129), false],
  ['пароль из слов', true],
])('%j as a password', (password, allowed) => {
  expect(whyNotPassword(password, { name: 'Mara Lindqvist', email: 'mara.lindqvist@example.org' }) === null).toBe(allowed)
})

test('a name is refused when it looks like somebody else’s (T31)', () => {
  expect(whyNotPersonName('Anna Berg', ['Anna  Berg'])).toMatchObject({ code: 'conflict' })
  expect(whyNotPersonName('Аnnа', ['Someone'])).toMatchObject({ code: 'invalid' })
  expect(whyNotPersonName('Anna Berg', ['Anna Borg'])).toBeNull()
})
