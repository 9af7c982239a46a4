'use server'

import { refresh } from 'next/cache'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { editNotesSummaryInput } from '@/lib/schemas/promotion'
import { editNotesSummary } from '@/lib/usecases/promotion/edit-notes-summary'

/** Saves the summary of release notes that are not sealed yet. */
export async function editSummaryAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    editNotesSummaryInput,
    async (ctx, input) => {
      await editNotesSummary(ctx, input)
      refresh()
      return 'The summary is saved.'
    },
    { verb: 'notes:edit-summary', subject: (values) => ({ kind: 'release_notes', id: values.promotion ?? '' }) },
  )
}
