import { randomBytes } from 'node:crypto'
import { type NextRequest, NextResponse } from 'next/server'
import { settings } from '@/lib/env'
import { contentSecurityPolicy, FILE_POLICY, isFile, securityHeaders } from '@/lib/http/security-headers'

/**
 * Headers of every page, and nothing else: a proxy in front of the application was skipped by a header once (CVE-2025-29927), so nobody is let
 * in or kept out here. Next reads the nonce from the policy on the request and stamps its own scripts and styles with it.
 */
export function proxy(request: NextRequest): NextResponse {
  const csp = isFile(request.nextUrl.pathname)
    ? FILE_POLICY
    : contentSecurityPolicy(randomBytes(16).toString('base64'), process.env.NODE_ENV === 'development')
  const headers = new Headers(request.headers)
  headers.delete('x-middleware-subrequest')
  headers.set('content-security-policy', csp)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('Content-Security-Policy', csp)
  for (const [name, value] of Object.entries(securityHeaders(settings().APP_ORIGIN.startsWith('https:')))) response.headers.set(name, value)
  return response
}

export const config = { matcher: [{ source: '/((?!_next/static|api/).*)', missing: [{ type: 'header', key: 'next-router-prefetch' }] }] }
