'use server'

import { refuse } from '@/lib/domain/refusal'
import type { FormState } from '@/lib/http/form-state'

/** The sample form of the kit: changes nothing, keeps nothing, refuses everything but "ok". */
export async function fileSample(_previous: FormState, form: FormData): Promise<FormState> {
  const title = String(form.get('title') ?? '')
  if (title === 'ok') return { status: 'done', message: 'Filed as a sample; nothing was kept.' }
  return {
    status: 'refused',
    refusal: refuse('invalid', 'This sample was not filed.', { details: ['Nothing was kept.'] }),
    fieldErrors: { title: ['Type “ok” to have it accepted.'], confirm: form.get('confirm') ? undefined : ['Tick the box first.'] },
    values: { title, why: String(form.get('why') ?? '') },
  }
}
