'use server'

import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { stepUpInput } from '@/lib/schemas/account'
import { stepUp } from '@/lib/usecases/account/step-up'

/** Confirms who is about to decide, as a request of its own; gives a proof that is good once, for two minutes (T01). */
export async function stepUpAction(form: FormData): Promise<{ state: FormState; proof: string | null }> {
  let proof: string | null = null
  const state = await submit(
    form,
    stepUpInput,
    async (ctx, input) => {
      proof = (await stepUp(ctx, input)).proof
      return 'Confirmed.'
    },
    { verb: 'sign-off:step-up' },
  )
  return { state, proof }
}
