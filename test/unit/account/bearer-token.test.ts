import { expect, test } from 'vitest'
import { isBearerToken, makeToken } from '@/lib/crypto/bearer-token'
import { findSecret } from '@/lib/secret-filter/find-secret'

test('a token has a prefix, 30 characters and a checksum that tells a typo (T19)', () => {
  for (let i = 0; i < 50; i += 1) {
    const token = makeToken()
    expect(token).toMatch(/^csn_[0-9A-Za-z]{36}$/)
    expect(isBearerToken(token)).toBe(true)
    const at = 4 + (i % 36)
    expect(isBearerToken(token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1))).toBe(false)
    expect(isBearerToken(token.slice(0, -1))).toBe(false)
  }
  expect(isBearerToken('')).toBe(false)
})

test('our own filter knows it', () => {
  expect(findSecret(`the token is ${makeToken()}`)).not.toBeNull()
})
