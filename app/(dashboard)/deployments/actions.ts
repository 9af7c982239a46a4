'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import { chooseVariantInput, startRunInput, tickItemInput } from '@/lib/schemas/checklist'
import { finishDeploymentForm, startDeploymentForm } from '@/lib/schemas/deployment-form'
import { fromForm } from '@/lib/schemas/form'
import { chooseVariant } from '@/lib/usecases/checklist/choose-variant'
import { startRun } from '@/lib/usecases/checklist/start-run'
import { tickItem } from '@/lib/usecases/checklist/tick-item'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'

const ofSystem = (values: Readonly<Record<string, string>>) => values.system ?? null

/** Starts a deployment or a rollback from the screen: an unauthorised one is refused here, with every reason. */
export async function startDeploymentAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    startDeploymentForm,
    async (ctx, input) => redirect(routes.deployment((await startDeployment(ctx, input, { onlyAuthorised: true })).id)),
    { verb: 'deployment:start', system: ofSystem, subject: (values) => ({ kind: 'system', id: values.system ?? '' }) },
  )
}

/** Records how a deployment ended. */
export async function finishDeploymentAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    finishDeploymentForm,
    async (ctx, input) => {
      const { id, status } = await finishDeployment(ctx, input)
      refresh()
      return `${id} ${status}.`
    },
    { verb: 'deployment:finish', subject: (values) => ({ kind: 'deployment', id: values.deployment ?? '' }) },
  )
}

/** Says of one item of a run what became of it. */
export async function tickItemAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(tickItemInput),
    async (ctx, input) => {
      const { state } = await tickItem(ctx, input)
      refresh()
      return `Recorded as ${state.replace('_', ' ')}.`
    },
    { verb: 'checklist:tick', subject: (values) => ({ kind: 'checklist_run', id: values.run ?? '' }) },
  )
}

/** Starts the checklist of a release on a profile. */
export async function startRunAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(startRunInput),
    async (ctx, input) => {
      const { items } = await startRun(ctx, input)
      refresh()
      return `Started with ${items} items.`
    },
    { verb: 'checklist:start', system: ofSystem, subject: (values) => ({ kind: 'system', id: values.system ?? '' }) },
  )
}

/** Chooses by which way a run is walked. */
export async function chooseVariantAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(chooseVariantInput),
    async (ctx, input) => {
      const { variant } = await chooseVariant(ctx, input)
      refresh()
      return `Done by ${variant}.`
    },
    { verb: 'checklist:choose-variant', subject: (values) => ({ kind: 'checklist_run', id: values.run ?? '' }) },
  )
}
