'use server'

import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { cookieOptions, sessionCookieName } from '@/lib/auth/cookies'
import { settings } from '@/lib/env'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import { signOutInput } from '@/lib/schemas/account'
import { closeSession } from '@/lib/usecases/account/close-session'

/** Ends the session and takes the cookie back. */
export async function signOutAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    signOutInput,
    async (ctx) => {
      await closeSession(ctx)
      ;(await cookies()).set(sessionCookieName(), '', { ...cookieOptions(settings().APP_ORIGIN), maxAge: 0 })
      redirect(routes.signIn())
    },
    { verb: 'session:end' },
  )
}
