'use client'

import { createContext, useContext } from 'react'
import { type FormState, IDLE } from '@/lib/http/form-state'

export type FormScope = { formId: string; state: FormState; pending: boolean }

/** What fields know about the form they stand in; a field outside a form has no errors and no kept values. */
export const FormContext = createContext<FormScope>({ formId: 'f', state: IDLE, pending: false })

/** The DOM id of a field; the error summary links to it. Brackets and dots of nested names are kept readable. */
export function fieldId(formId: string, name: string): string {
  return `${formId}-${name}`.replace(/[^\w-]+/g, '-')
}

/** The id, kept value and words of one field. */
export function useField(name: string): { id: string; errors: string[]; value: string | undefined; pending: boolean; refused: boolean } {
  const { formId, state, pending } = useContext(FormContext)
  const refused = state.status === 'refused'
  return {
    id: fieldId(formId, name),
    errors: refused ? (state.fieldErrors[name] ?? []) : [],
    value: refused ? state.values[name] : undefined,
    pending,
    refused,
  }
}
