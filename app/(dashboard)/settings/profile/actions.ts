'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import { changePasswordInput, endAllSessionsInput, endSessionInput, updateProfileInput } from '@/lib/schemas/account'
import { changePassword } from '@/lib/usecases/account/change-password'
import { endAllSessions } from '@/lib/usecases/account/end-all-sessions'
import { endSession } from '@/lib/usecases/account/end-session'
import { updateProfile } from '@/lib/usecases/account/update-profile'

/** Changes one's own name and time zone. */
export async function updateProfileAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    updateProfileInput,
    async (ctx, input) => {
      await updateProfile(ctx, input)
      refresh()
      return 'Saved.'
    },
    { verb: 'profile:update' },
  )
}

/** Changes one's own password. */
export async function changePasswordAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    changePasswordInput,
    async (ctx, input) => {
      const { ended } = await changePassword(ctx, input)
      refresh()
      return ended === 0
        ? 'Your password is changed.'
        : `Your password is changed, and ${ended} other ${ended === 1 ? 'session' : 'sessions'} ended.`
    },
    { verb: 'password:change' },
  )
}

/** Ends one of one's own sessions. */
export async function endSessionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    endSessionInput,
    async (ctx, input) => {
      await endSession(ctx, input)
      if (ctx.actor.session?.id === input.session) redirect(routes.signIn())
      refresh()
      return 'That session ended.'
    },
    { verb: 'session:end' },
  )
}

/** Signs out everywhere, here too. */
export async function endAllSessionsAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    endAllSessionsInput,
    async (ctx, input) => {
      const { ended } = await endAllSessions(ctx, input)
      if (input.person === undefined || input.person === ctx.actor.id) redirect(routes.signIn())
      refresh()
      return `${ended} ${ended === 1 ? 'session' : 'sessions'} ended.`
    },
    { verb: 'session:end-all' },
  )
}
