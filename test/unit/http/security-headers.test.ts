import { createHash } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import { contentSecurityPolicy, FILE_POLICY, isFile, securityHeaders } from '@/lib/http/security-headers'

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

describe('files beside pages', () => {
  it('get a policy that lets nothing run (T21), and pages that are only called like one do not', () => {
    expect(FILE_POLICY).toContain('sandbox')
    expect(FILE_POLICY).not.toContain('allow')
    for (const path of ['/notes/robodj/feed.atom', '/notes/robodj/prod/2.14.0/notes.md', '/notes/robodj/prod/2.14.0/notes.html'])
      expect(isFile(path)).toBe(true)
    for (const path of ['/notes/robodj/prod/notes.md', '/notes/robodj/prod/2.14.0', '/notes', '/systems/feed.atom'])
      expect(isFile(path)).toBe(false)
  })
})
