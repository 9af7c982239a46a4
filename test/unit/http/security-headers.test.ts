import { expect, test } from 'vitest'
import { contentSecurityPolicy, securityHeaders } from '@/lib/http/security-headers'

test('in production no script runs but by its nonce, and no string becomes HTML (T21)', () => {
  const policy = contentSecurityPolicy('abc', false)
  expect(policy).toContain("script-src 'nonce-abc' 'strict-dynamic'")
  expect(policy).toContain("require-trusted-types-for 'script'")
  for (const directive of ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
    expect(policy).toContain(directive)
  expect(policy).not.toMatch(/unsafe|\*/)
})

test('browsers are sent back by https only where the origin is https', () => {
  expect(securityHeaders(true)).toHaveProperty('Strict-Transport-Security')
  expect(securityHeaders(false)).not.toHaveProperty('Strict-Transport-Security')
})
