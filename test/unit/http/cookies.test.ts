import '@/test/support/settings'
import { expect, test } from 'vitest'
import { authCookies, isSecureOrigin } from '@/lib/auth/cookies'

test.each([
  ['https://countersign.example.org', true],
  ['http://localhost:3000', true],
  ['http://127.0.0.1:3000', true],
  ['http://[::1]:3000', true],
  ['http://countersign.internal:3000', false],
  ['http://localhost.evil.example', false],
])('all six cookies of %s share prefix and flag (T25)', (origin, secure) => {
  expect(isSecureOrigin(origin)).toBe(secure)
  const cookies = Object.values(authCookies(origin))
  expect(cookies).toHaveLength(6)
  for (const { name, options } of cookies) {
    expect(name.startsWith('__Host-')).toBe(secure)
    expect(options).toMatchObject({ secure, httpOnly: true, sameSite: 'lax', path: '/' })
    expect(options).not.toHaveProperty('domain')
  }
})
