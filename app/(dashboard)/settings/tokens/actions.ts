'use server'

import { refresh } from 'next/cache'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { createTokenInput, revokeTokenInput } from '@/lib/schemas/account'
import { createToken } from '@/lib/usecases/account/create-token'
import { revokeToken } from '@/lib/usecases/account/revoke-token'

/** Makes a token; its secret is the message, and exists nowhere else (T19). */
export async function createTokenAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    createTokenInput,
    async (ctx, input) => {
      const { secret } = await createToken(ctx, input)
      refresh()
      return secret
    },
    { verb: 'token:create' },
  )
}

/** Revokes a token at once. */
export async function revokeTokenAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    revokeTokenInput,
    async (ctx, input) => {
      await revokeToken(ctx, input)
      refresh()
      return 'Revoked.'
    },
    { verb: 'token:revoke' },
  )
}
