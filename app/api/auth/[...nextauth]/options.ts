import 'server-only'
import { cookies } from 'next/headers'
import type { NextAuthOptions } from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { authCookies, cookieOptions, deviceCookieName, isSecureOrigin, sessionCookieName } from '@/lib/auth/cookies'
import { DEVICE_SECONDS, knowsAccount, readDevice, rememberAccount } from '@/lib/auth/device'
import { requestInfo } from '@/lib/auth/request-info'
import { readSessionToken } from '@/lib/auth/session-token'
import { normalEmail } from '@/lib/domain/account'
import { anonymousContext } from '@/lib/domain/anonymous'
import { Refused } from '@/lib/domain/refusal'
import { settings } from '@/lib/env'
import { routes } from '@/lib/routes'
import { signInInput } from '@/lib/schemas/account'
import { openSession } from '@/lib/usecases/account/open-session'

/** As long as a session may live at most; the session's own row decides (T26). */
const SESSION_SECONDS = 12 * 3_600

/**
 * next-auth as a carrier: it runs the sign-in protocol and writes the cookie, whose content is a session id and version. Who somebody is, and
 * whether they still are, is read from the database each time.
 */
export function authOptions(): NextAuthOptions {
  const { APP_ORIGIN, NEXTAUTH_SECRET } = settings()
  return {
    secret: NEXTAUTH_SECRET,
    session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
    jwt: { maxAge: SESSION_SECONDS },
    cookies: authCookies(APP_ORIGIN),
    useSecureCookies: isSecureOrigin(APP_ORIGIN),
    pages: { signIn: routes.signIn(), signOut: routes.signOut(), error: routes.signIn() },
    // next-auth logs what it was sent; nothing of a sign-in belongs in a log (T18).
    logger: {
      error: (code) => console.error(JSON.stringify({ level: 'error', at: new Date().toISOString(), name: 'next-auth', code })),
      warn: () => undefined,
      debug: () => undefined,
    },
    providers: [
      Credentials({
        id: 'credentials',
        name: 'Address and password',
        credentials: { email: { type: 'email' }, password: { type: 'password' } },
        authorize: async (given, request) => {
          const parsed = signInInput.safeParse({ email: given?.email, password: given?.password })
          if (!parsed.success) throw new Error(JSON.stringify({ code: 'invalid', sentence: 'Enter your address and your password.' }))
          return signIn(parsed.data, new Headers(request.headers as Record<string, string>))
        },
      }),
    ],
    callbacks: {
      // Nothing but the session: neither name nor address goes into the cookie.
      jwt: ({ token, user }) => (user ? { sid: user.sid, sv: user.sv } : { sid: token.sid, sv: token.sv }),
      session: ({ session }) => ({ expires: session.expires }),
    },
  }
}

async function signIn(input: { email: string; password: string }, headers: Headers): Promise<{ id: string; sid: string; sv: number }> {
  const jar = await cookies()
  const email = normalEmail(input.email)
  const device = readDevice(jar.get(deviceCookieName())?.value)
  try {
    const opened = await openSession(anonymousContext(requestInfo(headers)), {
      ...input,
      userAgent: headers.get('user-agent') ?? '',
      knownDevice: device && knowsAccount(device, email) ? device.id : null,
      replaces: await readSessionToken(jar.get(sessionCookieName())?.value),
    })
    jar.set(deviceCookieName(), rememberAccount(device, email), { ...cookieOptions(settings().APP_ORIGIN), maxAge: DEVICE_SECONDS })
    return { id: opened.personId, sid: opened.sid, sv: opened.sv }
  } catch (error) {
    if (!(error instanceof Refused))
      throw new Error(JSON.stringify({ code: 'busy', sentence: 'Signing in does not work right now. Try again in a moment.' }))
    // next-auth hands an error's message to the page that asked.
    throw new Error(JSON.stringify({ code: error.refusal.code, sentence: error.refusal.sentence }))
  }
}
