import 'server-only'
import type { CookiesOptions } from 'next-auth'
import { settings } from '@/lib/env'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Whether browsers take `__Host-` cookies from the configured origin: https anywhere, and plain http on this machine. Elsewhere prefix and flag
 * fall together, or nobody could sign in.
 */
export function isSecureOrigin(origin: string): boolean {
  const { protocol, hostname } = new URL(origin)
  return protocol === 'https:' || LOOPBACK.includes(hostname)
}

const nameFor = (origin: string, name: string): string => `${isSecureOrigin(origin) ? '__Host-' : ''}countersign.${name}`

/** The name of the session cookie at the configured origin. */
export function sessionCookieName(): string {
  return nameFor(settings().APP_ORIGIN, 'session')
}

/** The name of the cookie that says which accounts signed in on this device before (T27). */
export function deviceCookieName(): string {
  return nameFor(settings().APP_ORIGIN, 'device')
}

/** What every cookie of ours carries. */
export function cookieOptions(origin: string): { httpOnly: true; sameSite: 'lax'; path: '/'; secure: boolean } {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecureOrigin(origin) }
}

/** All six cookies of next-auth under one prefix, from the configured origin and never from a header (T25). */
export function authCookies(origin: string): CookiesOptions {
  const cookie = (name: string, maxAge?: number) => ({
    name: nameFor(origin, name),
    options: { ...cookieOptions(origin), ...(maxAge ? { maxAge } : {}) },
  })
  return {
    sessionToken: cookie('session'),
    callbackUrl: cookie('callback'),
    csrfToken: cookie('csrf'),
    pkceCodeVerifier: cookie('pkce', 900),
    state: cookie('state', 900),
    nonce: cookie('nonce'),
  }
}
