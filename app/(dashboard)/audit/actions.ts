'use server'

import { refresh } from 'next/cache'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { redactTextInput } from '@/lib/schemas/trail'
import { redactText } from '@/lib/usecases/trail/redact-text'

/** Takes the words of an entry off the record. */
export async function redactTextAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    redactTextInput,
    async (ctx, input) => {
      await redactText(ctx, input)
      refresh()
      return 'The words are off the record. The entry and its digest stay.'
    },
    { verb: 'text:redact' },
  )
}
