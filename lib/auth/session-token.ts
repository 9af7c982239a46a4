import 'server-only'
import { decode, encode } from 'next-auth/jwt'
import { isUuid } from '@/lib/domain/uuid'
import { settings } from '@/lib/env'

/** The cookie holds the session's id and version, encrypted, and nothing else: all that counts is read from the database (T09). */
export type SessionToken = { sid: string; sv: number }

/** What a session cookie says; null for none, a foreign, a damaged or an old one. */
export async function readSessionToken(cookie: string | undefined): Promise<SessionToken | null> {
  if (!cookie) return null
  try {
    const token = await decode({ token: cookie, secret: settings().NEXTAUTH_SECRET })
    if (typeof token?.sid !== 'string' || !isUuid(token.sid) || typeof token.sv !== 'number') return null
    return { sid: token.sid, sv: token.sv }
  } catch {
    return null // every way a cookie can be wrong means the same: nobody is signed in
  }
}

/** A session cookie's value, as next-auth writes it; tests use it to act as a browser. */
export function writeSessionToken(token: SessionToken, maxAgeSeconds: number): Promise<string> {
  return encode({ token: { ...token }, secret: settings().NEXTAUTH_SECRET, maxAge: maxAgeSeconds })
}
