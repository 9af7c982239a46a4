'use server'

import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { requestInfo } from '@/lib/auth/request-info'
import { anonymousContext } from '@/lib/domain/anonymous'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import { completeSetupInput } from '@/lib/schemas/account'
import { completeSetup } from '@/lib/usecases/account/complete-setup'

/** Uses the link up and goes on to sign in with what was chosen. Nobody is signed in yet; the link in the form is what counts. */
export async function completeSetupAction(_: FormState, form: FormData): Promise<FormState> {
  const context = anonymousContext(requestInfo(await headers()))
  return submit(
    form,
    completeSetupInput,
    async (ctx, input) => {
      const { email } = await completeSetup(ctx, input)
      redirect(routes.signIn({ email }))
    },
    { verb: 'setup:complete', as: context, carriesSecret: ['link'] },
  )
}
