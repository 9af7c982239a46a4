'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import { fromForm } from '@/lib/schemas/form'
import { changeIncidentInput, closeIncidentInput, declareIncidentInput } from '@/lib/schemas/incident'
import { changeIncident } from '@/lib/usecases/incident/change-incident'
import { closeIncident } from '@/lib/usecases/incident/close-incident'
import { declareIncident } from '@/lib/usecases/incident/declare-incident'

const subject = (values: Readonly<Record<string, string>>) => ({ kind: 'incident' as const, id: values.incident ?? '' })

/** Declares an incident and goes to it, or back to the rotation that it was declared for. */
export async function declareIncidentAction(_: FormState, form: FormData): Promise<FormState> {
  const rotation = String(form.get('rotation') ?? '')
  form.delete('rotation')
  return submit(
    form,
    fromForm(declareIncidentInput),
    async (ctx, input) => {
      const { id } = await declareIncident(ctx, input)
      redirect(rotation === '' ? routes.incident(id) : routes.rotation(rotation))
    },
    { verb: 'incident:declare' },
  )
}

/** Changes severity, outside reference or commander of an open incident. */
export async function changeIncidentAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(changeIncidentInput),
    async (ctx, input) => {
      const { id } = await changeIncident(ctx, input)
      refresh()
      return `${id} is changed.`
    },
    { verb: 'incident:change', subject },
  )
}

/** Closes an incident. */
export async function closeIncidentAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(closeIncidentInput),
    async (ctx, input) => {
      const { id } = await closeIncident(ctx, input)
      refresh()
      return `${id} is closed.`
    },
    { verb: 'incident:close', subject },
  )
}
