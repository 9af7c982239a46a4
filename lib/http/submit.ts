import 'server-only'
import { headers } from 'next/headers'
import { z } from 'zod'
import { whyNotSameOrigin } from '@/lib/auth/origin'
import { type Attempt, recordRefusal } from '@/lib/auth/record-refusal'
import { actingContext } from '@/lib/auth/session'
import type { Ctx } from '@/lib/domain/context'
import { type Refusal, Refused, refuse } from '@/lib/domain/refusal'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { type About, attemptOf } from './attempt-of'
import type { FormState } from './form-state'
import { refusalOfInput } from './refusal-of-input'

type Values = Readonly<Record<string, string>>
/** What a form's act is, for the record when it is denied: as `About`, or read from the fields. */
export type FormAbout = {
  verb?: string
  subject?: About['subject'] | ((values: Values) => About['subject'])
  system?: About['system'] | ((values: Values) => About['system'])
  /** Who acts, where nobody is signed in yet: the set-up page. */
  as?: Ctx
  /** Fields that are meant to carry a secret which is never stored as it is: the set-up link. Like passwords they are not sent back. */
  carriesSecret?: readonly string[]
}

const aboutOf = (about: FormAbout | undefined, values: Values): About => ({
  verb: about?.verb,
  subject: typeof about?.subject === 'function' ? about.subject(values) : about?.subject,
  system: typeof about?.system === 'function' ? about.system(values) : about?.system,
})

type Fields = Record<string, string | string[] | File>

/** What a field that holds a password is called; its value passes the secret filter and is never sent back. */
const PASSWORD_FIELD = /password/i

/**
 * Form in, FormState out: who acts, from our own origin (T25), no secret in any field (T18), the schema, the use case. Only refusals become form
 * states; redirects and bugs keep travelling, the first to Next, the second to error.tsx and the log. What was typed comes back, except passwords
 * and what looks like a secret. A denied attempt goes on the record (T35), and the person is told.
 * `about` says what was tried on what, where the schema's id and the fields do not. `run` gives the sentence of success, or the sentence with where to go next. A field given several times arrives as an array.
 */
export async function submit<S extends z.ZodType>(
  form: FormData,
  schema: S,
  run: (ctx: Ctx, input: z.output<S>) => Promise<string | { message: string; href?: string }>,
  about?: FormAbout,
): Promise<FormState> {
  const fields = fieldsOf(form)
  const isMeant = (field: string): boolean => PASSWORD_FIELD.test(field) || about?.carriesSecret?.includes(field) === true
  const echo = echoOf(fields, isMeant)
  let ctx: Ctx | null = null
  try {
    ctx = about?.as ?? (await actingContext())
    const foreign = whyNotSameOrigin(await headers())
    if (foreign) throw new Refused(foreign)
    const secret = whyNotSecretField(fields, isMeant)
    if (secret)
      return { status: 'refused', refusal: secret.refusal, fieldErrors: { [secret.field]: [secret.refusal.sentence] }, values: echo }
    const parsed = schema.safeParse(fields)
    if (!parsed.success) {
      const { fieldErrors } = z.flattenError(parsed.error)
      const refusal = refusalOfInput(parsed.error)
      return {
        status: 'refused',
        refusal: refusal.code === 'invalid' ? refuse('invalid', 'Some fields need another look.', { place: refusal.place }) : refusal,
        fieldErrors,
        values: echo,
      }
    }
    const done = await run(ctx, parsed.data)
    return { status: 'done', ...(typeof done === 'string' ? { message: done } : done) }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const refusal = ctx
      ? await onRecord(ctx, attemptOf(ctx, echo, schema.meta()?.id ?? 'form', aboutOf(about, echo)), error.refusal)
      : error.refusal
    const { place, sentence } = refusal
    // What a use case takes for a secret is not sent back either.
    const values = refusal.code === 'secret_refused' && place !== undefined ? without(echo, place) : echo
    return { status: 'refused', refusal, fieldErrors: place !== undefined && place in fields ? { [place]: [sentence] } : {}, values }
  }
}

const without = (values: Record<string, string>, field: string): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => name !== field))

async function onRecord(ctx: Ctx, attempt: Attempt, refusal: Refusal): Promise<Refusal> {
  const recorded = await recordRefusal(ctx, attempt, refusal)
  return recorded ? { ...refusal, details: [...(refusal.details ?? []), 'This attempt is on the record.'] } : refusal
}

function fieldsOf(form: FormData): Fields {
  const fields: Fields = Object.create(null) // a field may be called anything
  for (const name of new Set(form.keys())) {
    if (name.startsWith('$ACTION')) continue // React's own, when the form was sent before its script ran
    const all = form.getAll(name)
    const texts = all.filter((value) => typeof value === 'string')
    const [first] = all
    if (texts.length > 1) fields[name] = texts
    else if (first !== undefined) fields[name] = first
  }
  return { ...fields }
}

function whyNotSecretField(fields: Fields, isMeant: (field: string) => boolean): { field: string; refusal: Refusal } | null {
  for (const [field, value] of Object.entries(fields)) {
    const refusal = isMeant(field) ? null : whyNotSecret({ [field]: value })
    if (refusal) return { field, refusal }
  }
  return null
}

function echoOf(fields: Fields, isMeant: (field: string) => boolean): Record<string, string> {
  const echo: Record<string, string> = {}
  for (const [field, value] of Object.entries(fields)) {
    if (value instanceof File || isMeant(field) || whyNotSecret({ [field]: value }) !== null) continue
    echo[field] = Array.isArray(value) ? value.join(',') : value
  }
  return echo
}
