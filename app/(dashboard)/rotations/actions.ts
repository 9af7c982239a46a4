'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'
import type { FormState } from '@/lib/http/form-state'
import { type FormAbout, submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import {
  approveRotationInput,
  cancelRotationInput,
  declineRotationInput,
  recordPostmortemInput,
  startRotationInput,
} from '@/lib/schemas/rotation'
import {
  changePlanForm,
  completeRotationForm,
  confirmRotationForm,
  finishRollbackForm,
  openRotationForm,
  recordStepForm,
  rollBackForm,
} from '@/lib/schemas/rotation-form'
import { approveRotation } from '@/lib/usecases/rotation/approve-rotation'
import { cancelRotation } from '@/lib/usecases/rotation/cancel-rotation'
import { changePlan } from '@/lib/usecases/rotation/change-plan'
import { completeRotation } from '@/lib/usecases/rotation/complete-rotation'
import { confirmRotation } from '@/lib/usecases/rotation/confirm-rotation'
import { declineRotation } from '@/lib/usecases/rotation/decline-rotation'
import { finishRollback } from '@/lib/usecases/rotation/finish-rollback'
import { openRotation } from '@/lib/usecases/rotation/open-rotation'
import { recordPostmortem } from '@/lib/usecases/rotation/record-postmortem'
import { recordStep } from '@/lib/usecases/rotation/record-step'
import { rollBack } from '@/lib/usecases/rotation/roll-back'
import { startRotation } from '@/lib/usecases/rotation/start-rotation'

/** What an act on a rotation is called on the record when it is denied. */
const about = (verb: string): FormAbout => ({
  verb: `rotation:${verb}`,
  subject: (values) => ({ kind: 'rotation', id: values.rotation ?? '' }),
})

/** Opens a rotation with version 1 of its plan and goes to its runbook. */
export async function openRotationAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(form, openRotationForm, async (ctx, input) => redirect(routes.rotation((await openRotation(ctx, input)).id)), {
    verb: 'rotation:open',
    system: (values) => values.system ?? null,
    subject: (values) => ({ kind: 'system', id: values.system ?? '' }),
  })
}

/** Plans again: another window or way; what was approved is approved again. */
export async function changePlanAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    changePlanForm,
    async (ctx, input) => {
      const { number } = await changePlan(ctx, input)
      refresh()
      return `Version ${number} of the plan is sealed. It waits for approval.`
    },
    about('plan'),
  )
}

/** Approves the plan that was read and says where the receipt is; the form goes there, as in signing. */
export async function approveAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    approveRotationInput,
    async (ctx, input) => {
      const { id, signed, of } = await approveRotation(ctx, input)
      return { message: signed === of ? 'Approved.' : `Approved, ${signed} of ${of}.`, href: routes.signature(id) }
    },
    about('approve'),
  )
}

/** Declines the plan that was read; somebody plans it again. */
export async function declineAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    declineRotationInput,
    async (ctx, input) => {
      const { id } = await declineRotation(ctx, input)
      return { message: 'Declined.', href: routes.signature(id) }
    },
    about('decline'),
  )
}

/** Starts it in an owner slot. */
export async function startAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    startRotationInput,
    async (ctx, input) => {
      await startRotation(ctx, input)
      refresh()
      return 'Started. One step is open at a time.'
    },
    about('start'),
  )
}

/** Says of one step what became of it. */
export async function recordStepAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    recordStepForm,
    async (ctx, input) => {
      await recordStep(ctx, input)
      refresh()
      return `Recorded as ${input.state.replace('_', ' ')}.`
    },
    about('step'),
  )
}

/** Another owner confirms at verification. */
export async function confirmAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    confirmRotationForm,
    async (ctx, input) => {
      await confirmRotation(ctx, input)
      refresh()
      return 'Confirmed.'
    },
    about('confirm'),
  )
}

/** Ends it with the proof that the old key is retired. */
export async function completeAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    completeRotationForm,
    async (ctx, input) => {
      await completeRotation(ctx, input)
      refresh()
      return 'Completed.'
    },
    about('complete'),
  )
}

/** Takes one back that has not begun. */
export async function cancelAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    cancelRotationInput,
    async (ctx, input) => {
      await cancelRotation(ctx, input)
      refresh()
      return `${input.rotation} is cancelled. Everything of it stays readable.`
    },
    about('cancel'),
  )
}

/** Calls a running one off; it stands under an incident from here. */
export async function rollBackAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    rollBackForm,
    async (ctx, input) => {
      const { incident } = await rollBack(ctx, input)
      refresh()
      return `Rolling back, under ${incident}.`
    },
    about('roll-back'),
  )
}

/** Ends the rollback: what was there before is there again. */
export async function finishRollbackAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    finishRollbackForm,
    async (ctx, input) => {
      const { postmortem } = await finishRollback(ctx, input)
      refresh()
      return postmortem ? 'Rolled back.' : 'Rolled back. It owes its postmortem.'
    },
    about('finish-rollback'),
  )
}

/** Says where the postmortem of a rolled back one is. */
export async function recordPostmortemAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    recordPostmortemInput,
    async (ctx, input) => {
      await recordPostmortem(ctx, input)
      refresh()
      return 'Recorded.'
    },
    about('postmortem'),
  )
}
