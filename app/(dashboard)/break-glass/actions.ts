'use server'

import { refresh } from 'next/cache'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import {
  grantFallbackInput,
  openFallbackInput,
  refuseFallbackInput,
  returnFallbackInput,
  reviewFallbackInput,
  withdrawFallbackInput,
} from '@/lib/schemas/fallback'
import { askFallbackForm, cleanUpFallbackForm, extendFallbackForm } from '@/lib/schemas/fallback-form'
import { fromForm } from '@/lib/schemas/form'
import { declareIncidentInput } from '@/lib/schemas/incident'
import { askFallback } from '@/lib/usecases/fallback/ask-fallback'
import { cleanUpFallback } from '@/lib/usecases/fallback/clean-up-fallback'
import { extendFallback } from '@/lib/usecases/fallback/extend-fallback'
import { grantFallback } from '@/lib/usecases/fallback/grant-fallback'
import { openFallback } from '@/lib/usecases/fallback/open-fallback'
import { refuseFallback } from '@/lib/usecases/fallback/refuse-fallback'
import { returnFallback } from '@/lib/usecases/fallback/return-fallback'
import { reviewFallback } from '@/lib/usecases/fallback/review-fallback'
import { withdrawFallback } from '@/lib/usecases/fallback/withdraw-fallback'
import { declareIncident } from '@/lib/usecases/incident/declare-incident'

type Values = Readonly<Record<string, string>>
const subject = (values: Values) => ({ kind: 'fallback' as const, id: values.fallback ?? '' })

/** Declares the incident that a break-glass needs, and goes back to asking with it filled in. */
export async function declareFirstAction(_: FormState, form: FormData): Promise<FormState> {
  const rule = String(form.get('rule') ?? '')
  form.delete('rule')
  return submit(
    form,
    fromForm(declareIncidentInput),
    async (ctx, input) => {
      const { id } = await declareIncident(ctx, input)
      return { message: `${id} is declared.`, href: routes.breakGlass({ system: input.system, rule, incident: id }) }
    },
    { verb: 'incident:declare' },
  )
}

/** Asks for break-glass; `asked` is what a commander then opens alone, where the rule lets them. */
export async function askAction(
  form: FormData,
): Promise<{ state: FormState; asked: { id: string; sealedHash: string; opensAlone: boolean } | null }> {
  let asked: { id: string; sealedHash: string; opensAlone: boolean } | null = null
  const state = await submit(
    form,
    askFallbackForm,
    async (ctx, input) => {
      const { id, sealedHash, opensAlone } = await askFallback(ctx, input)
      asked = { id, sealedHash, opensAlone }
      return { message: `${id} is asked for.`, href: routes.fallback(id) }
    },
    { verb: 'fallback:ask' },
  )
  return { state, asked }
}

/** Opens what a commander asked for themselves during an open incident. */
export async function openAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    openFallbackInput,
    async (ctx, input) => {
      const { id } = await openFallback(ctx, input)
      return { message: `${id} is open.`, href: routes.fallback(id) }
    },
    { verb: 'fallback:open', subject },
  )
}

/** Grants the sealed request, or its extension, in a slot. */
export async function grantAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    grantFallbackInput,
    async (ctx, input) => {
      await grantFallback(ctx, input)
      return { message: 'Granted.', href: routes.fallback(input.fallback) }
    },
    { verb: 'fallback:grant', subject },
  )
}

/** Refuses the sealed request, or its extension, in a slot. */
export async function refuseAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    refuseFallbackInput,
    async (ctx, input) => {
      await refuseFallback(ctx, input)
      return { message: 'Refused.', href: routes.fallback(input.fallback) }
    },
    { verb: 'fallback:refuse', subject },
  )
}

/** Takes a request back. */
export async function withdrawAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    withdrawFallbackInput,
    async (ctx, input) => {
      await withdrawFallback(ctx, input)
      refresh()
      return `${input.fallback} is withdrawn.`
    },
    { verb: 'fallback:withdraw', subject },
  )
}

/** Ends an open use before its time. */
export async function closeNowAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    returnFallbackInput,
    async (ctx, input) => {
      await returnFallback(ctx, input)
      refresh()
      return `${input.fallback} is closed.`
    },
    { verb: 'fallback:return', subject },
  )
}

/** Asks for the one extension. */
export async function extendAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    extendFallbackForm,
    async (ctx, input) => {
      await extendFallback(ctx, input)
      refresh()
      return 'Asked. A second person has to grant it; the end stays as it is until then.'
    },
    { verb: 'fallback:extend', subject },
  )
}

/** Records the clean-up. */
export async function cleanUpAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    cleanUpFallbackForm,
    async (ctx, input) => {
      await cleanUpFallback(ctx, input)
      refresh()
      return `${input.fallback} is cleaned up.`
    },
    { verb: 'fallback:clean-up', subject },
  )
}

/** Records a second person's review. */
export async function reviewAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    reviewFallbackInput,
    async (ctx, input) => {
      await reviewFallback(ctx, input)
      refresh()
      return `${input.fallback} is reviewed.`
    },
    { verb: 'fallback:review', subject },
  )
}
