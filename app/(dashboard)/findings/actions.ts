'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import { acknowledgeFindingInput, raiseFindingInput, resolveFindingInput } from '@/lib/schemas/finding'
import { fromForm } from '@/lib/schemas/form'
import { acknowledgeFinding } from '@/lib/usecases/finding/acknowledge-finding'
import { raiseFinding } from '@/lib/usecases/finding/raise-finding'
import { resolveFinding } from '@/lib/usecases/finding/resolve-finding'

const subject = (values: Readonly<Record<string, string>>) => ({ kind: 'finding' as const, id: values.finding ?? '' })

/** Raises a conflict between documents or a disagreement, and goes to it. */
export async function raiseFindingAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(raiseFindingInput),
    async (ctx, input) => {
      const { id } = await raiseFinding(ctx, input)
      redirect(routes.finding(id))
    },
    { verb: 'finding:raise' },
  )
}

/** Says that somebody has seen a finding. */
export async function acknowledgeFindingAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(acknowledgeFindingInput),
    async (ctx, input) => {
      const { id } = await acknowledgeFinding(ctx, input)
      refresh()
      return `${id} is acknowledged.`
    },
    { verb: 'finding:acknowledge', subject },
  )
}

/** Ends a conflict or a disagreement. */
export async function resolveFindingAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(resolveFindingInput),
    async (ctx, input) => {
      const { id } = await resolveFinding(ctx, input)
      refresh()
      return `${id} is resolved.`
    },
    { verb: 'finding:resolve', subject },
  )
}
