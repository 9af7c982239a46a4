'use server'

import { refresh } from 'next/cache'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { chooseContractVariantInput, endContractVariantInput } from '@/lib/schemas/contract-choice'
import { chooseContractVariant } from '@/lib/usecases/contract/choose-variant'
import { endContractVariant } from '@/lib/usecases/contract/end-variant'

type Values = Readonly<Record<string, string>>
const about = {
  verb: 'contract:choose',
  system: (values: Values) => values.system ?? null,
  subject: (values: Values) => ({ kind: 'system' as const, id: values.system ?? '' }),
}

/** Replaces the default set of required variables of a profile (001.12). */
export async function chooseVariantAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    chooseContractVariantInput,
    async (ctx, input) => {
      const { profile, variant } = await chooseContractVariant(ctx, input)
      refresh()
      return `${variant} is what ${profile} has to have now.`
    },
    about,
  )
}

/** Puts the default set back. */
export async function endVariantAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    endContractVariantInput,
    async (ctx, input) => {
      const { profile } = await endContractVariant(ctx, input)
      refresh()
      return `${profile} has its default set again.`
    },
    about,
  )
}
