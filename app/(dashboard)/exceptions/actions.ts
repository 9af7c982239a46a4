'use server'

import { refresh } from 'next/cache'
import type { FormState } from '@/lib/http/form-state'
import { type FormAbout, submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import { declineExceptionInput } from '@/lib/schemas/exception'
import {
  addConditionForm,
  approveExceptionForm,
  closeExceptionForm,
  extendExceptionForm,
  fileExceptionForm,
  withdrawExceptionForm,
  withdrawExtensionForm,
} from '@/lib/schemas/exception-form'
import { addCondition } from '@/lib/usecases/exception/add-condition'
import { approveException } from '@/lib/usecases/exception/approve-exception'
import { closeException } from '@/lib/usecases/exception/close-exception'
import { declineException } from '@/lib/usecases/exception/decline-exception'
import { extendException } from '@/lib/usecases/exception/extend-exception'
import { fileException } from '@/lib/usecases/exception/file-exception'
import { withdrawException } from '@/lib/usecases/exception/withdraw-exception'
import { withdrawExtension } from '@/lib/usecases/exception/withdraw-extension'

/** What an act on an exception is called on the record when it is denied. */
const about = (verb: string): FormAbout => ({
  verb: `exception:${verb}`,
  subject: (values) => ({ kind: 'exception', id: values.exception ?? '' }),
})

/** Files an exception and says where it is; the form forgets its draft and goes there. */
export async function fileExceptionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fileExceptionForm,
    async (ctx, input) => {
      const { id } = await fileException(ctx, input)
      return { message: `Filed as ${id}.`, href: routes.exception(id) }
    },
    {
      verb: 'exception:file',
      system: (values) => values.system ?? null,
      subject: (values) => ({ kind: 'system', id: values.system ?? '' }),
    },
  )
}

/** Approves what was read and says where the receipt is. */
export async function approveExceptionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    approveExceptionForm,
    async (ctx, input) => {
      const { id } = await approveException(ctx, input)
      return { message: 'Approved.', href: routes.signature(id) }
    },
    about('approve'),
  )
}

/** Declines what was read and says where the receipt is. */
export async function declineExceptionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    declineExceptionInput,
    async (ctx, input) => {
      const { id } = await declineException(ctx, input)
      return { message: 'Declined.', href: routes.signature(id) }
    },
    about('decline'),
  )
}

/** Asks for more time. */
export async function extendExceptionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    extendExceptionForm,
    async (ctx, input) => {
      await extendException(ctx, input)
      refresh()
      return 'Recorded. Where the policy asks for signatures, the end that was approved holds until they are there.'
    },
    about('extend'),
  )
}

/** Takes an extension back that waits for its approval. */
export async function withdrawExtensionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    withdrawExtensionForm,
    async (ctx, input) => {
      await withdrawExtension(ctx, input)
      refresh()
      return 'Withdrawn. The end that was approved holds.'
    },
    about('withdraw-extension'),
  )
}

/** Takes a filing back that nobody decided on. */
export async function withdrawExceptionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    withdrawExceptionForm,
    async (ctx, input) => {
      await withdrawException(ctx, input)
      refresh()
      return `${input.exception} is withdrawn. Everything of it stays readable.`
    },
    about('withdraw'),
  )
}

/** Makes a condition. */
export async function addConditionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    addConditionForm,
    async (ctx, input) => {
      await addCondition(ctx, input)
      refresh()
      return 'The condition is on record.'
    },
    about('add-condition'),
  )
}

/** Closes it with what shows that it is fixed. */
export async function closeExceptionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    closeExceptionForm,
    async (ctx, input) => {
      await closeException(ctx, input)
      refresh()
      return `${input.exception} is closed.`
    },
    about('close'),
  )
}
