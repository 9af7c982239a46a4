'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import { importTemplateInput, startRunInput } from '@/lib/schemas/checklist'
import { fromForm } from '@/lib/schemas/form'
import { importTemplate } from '@/lib/usecases/checklist/import-template'
import { startRun } from '@/lib/usecases/checklist/start-run'

const ofSystem = (values: Readonly<Record<string, string>>) => values.system ?? null
const systemSubject = (values: Readonly<Record<string, string>>) => ({ kind: 'system' as const, id: values.system ?? '' })

/** Imports a checklist from an uploaded file, or from what was pasted. */
export async function importTemplateAction(_: FormState, form: FormData): Promise<FormState> {
  const file = form.get('file')
  form.delete('file')
  if (file instanceof File && file.size > 0) {
    form.set('source', await file.text())
    form.set('fileName', file.name)
  }
  return submit(
    form,
    fromForm(importTemplateInput),
    async (ctx, input) => {
      const { number, items } = await importTemplate(ctx, input)
      refresh()
      return `Version ${number} is imported, with ${items} items.`
    },
    { verb: 'checklist:import', system: ofSystem, subject: systemSubject },
  )
}

/** Starts a checklist for a release and goes to its run. */
export async function startRunHereAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(startRunInput),
    async (ctx, input) => redirect(routes.systemChecklist(input.system, (await startRun(ctx, input)).id)),
    {
      verb: 'checklist:start',
      system: ofSystem,
      subject: systemSubject,
    },
  )
}
