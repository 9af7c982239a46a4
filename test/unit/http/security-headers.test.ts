import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { contentSecurityPolicy, securityHeaders } from '@/lib/http/security-headers'

test('in production no script runs but by its nonce, and no string becomes HTML (T21)', () => {
  const policy = contentSecurityPolicy('abc', false)
  expect(policy).toContain("script-src 'nonce-abc' 'strict-dynamic'")
  expect(policy).toContain("require-trusted-types-for 'script'")
  for (const directive of ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
    expect(policy).toContain(directive)
  // The one style that an attribute may hold; nothing else is taken inline.
  const hidden = createHash('sha256').update('display:none').digest('base64')
  expect(policy).toContain(`style-src-attr 'unsafe-hashes' 'sha256-${hidden}';`)
  expect(policy.replace(/style-src-attr [^;]*;/, '')).not.toMatch(/unsafe|\*/)
})

test('browsers are sent back by https only where the origin is https', () => {
  expect(securityHeaders(true)).toHaveProperty('Strict-Transport-Security')
  expect(securityHeaders(false)).not.toHaveProperty('Strict-Transport-Security')
})
