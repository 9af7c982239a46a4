'use server'

import { refresh } from 'next/cache'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { confirmContactInput } from '@/lib/schemas/contact'
import { fromForm } from '@/lib/schemas/form'
import { confirmContact } from '@/lib/usecases/contact/confirm-contact'

/** Records that somebody on a contact list was reached. */
export async function confirmContactAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(confirmContactInput),
    async (ctx, input) => {
      await confirmContact(ctx, input)
      refresh()
      return 'Confirmed, as of now.'
    },
    { verb: 'contact:confirm' },
  )
}
