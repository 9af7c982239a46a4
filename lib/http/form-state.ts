import type { Refusal } from '@/lib/domain/refusal'

/**
 * What a server action tells its form. `refused` carries the sentence, the words for each field (keyed by the field's `name`)
 * and what was typed, so that nothing is lost; an action never puts a password or another secret into `values`.
 */
export type FormState =
  | { status: 'idle' }
  | { status: 'done'; message: string; href?: string }
  | { status: 'refused'; refusal: Refusal; fieldErrors: Record<string, string[] | undefined>; values: Record<string, string> }

/** The shape of an action that a form can run; server actions made by `submit` have it. */
export type FormAction = (previous: FormState, form: FormData) => Promise<FormState>

/** Where every form starts. */
export const IDLE: FormState = { status: 'idle' }
