import { type Refusal, type RefusalCode, refuse } from '@/lib/domain/refusal'

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

/** A refusal that a screen gives itself, in the shape of the server's; `fieldErrors` are words for each field that is not as it has to be. */
export function refusedHere(
  sentence: string,
  fieldErrors: Readonly<Record<string, string[] | undefined>>,
  code: RefusalCode = 'invalid',
): FormState {
  return { status: 'refused', refusal: refuse(code, sentence), fieldErrors, values: {} }
}
