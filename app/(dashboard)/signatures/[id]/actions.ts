'use server'

import { refresh } from 'next/cache'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { withdrawSignOffInput } from '@/lib/schemas/promotion'
import { withdrawApproval } from '@/lib/usecases/approval/withdraw-approval'

/** Takes back one's own signature on a rotation or a fallback use. */
export async function withdrawApprovalAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    withdrawSignOffInput,
    async (ctx, input) => {
      const { id } = await withdrawApproval(ctx, input)
      refresh()
      return `Your signature on ${id} is withdrawn. The record of it stays.`
    },
    { verb: 'sign_off:withdraw' },
  )
}
