'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import {
  askQuestionInput,
  declinePromotionInput,
  promotionInput,
  reviewPromotionInput,
  signPromotionInput,
  withdrawPromotionInput,
  withdrawSignOffInput,
} from '@/lib/schemas/promotion'
import { openPromotionForm, setWindowForm } from '@/lib/schemas/promotion-form'
import { askQuestion } from '@/lib/usecases/promotion/ask-question'
import { declinePromotion } from '@/lib/usecases/promotion/decline-promotion'
import { openDossier } from '@/lib/usecases/promotion/open-dossier'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { repinPromotion } from '@/lib/usecases/promotion/repin-promotion'
import { reviewPromotion } from '@/lib/usecases/promotion/review-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { setWindow } from '@/lib/usecases/promotion/set-window'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { withdrawSignOff } from '@/lib/usecases/promotion/withdraw-sign-off'

/** Opens a promotion and goes to its dossier. */
export async function openPromotionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(form, openPromotionForm, async (ctx, input) => redirect(routes.promotion((await openPromotion(ctx, input)).id)), {
    verb: 'promotion:open',
  })
}

/** Seals the next version of a dossier. */
export async function sealAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    promotionInput,
    async (ctx, input) => {
      const { number } = await sealPromotion(ctx, input)
      refresh()
      return `Version ${number} is sealed. The signers can read it now.`
    },
    { verb: 'promotion:seal' },
  )
}

/** Sets or removes the window. */
export async function setWindowAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    setWindowForm,
    async (ctx, input) => {
      const { voided } = await setWindow(ctx, input)
      refresh()
      const what = input.startsAt ? 'The window is set.' : 'There is no window now.'
      return voided ? `${what} The sealed version is void by it; seal again.` : what
    },
    { verb: 'promotion:set-window' },
  )
}

/** Pins a promotion to the policy version that is active now. */
export async function repinAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    promotionInput,
    async (ctx, input) => {
      const { number, voided } = await repinPromotion(ctx, input)
      refresh()
      return `Pinned to policy version ${number}.${voided ? ' The sealed version is void by it; seal again.' : ''}`
    },
    { verb: 'promotion:repin' },
  )
}

/** Withdraws a whole promotion. */
export async function withdrawPromotionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    withdrawPromotionInput,
    async (ctx, input) => {
      const { id } = await withdrawPromotion(ctx, input)
      refresh()
      return `${id} is withdrawn. Everything of it stays readable.`
    },
    { verb: 'promotion:withdraw' },
  )
}

/** Adds to the discussion; the hash stays. */
export async function askQuestionAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    askQuestionInput,
    async (ctx, input) => {
      await askQuestion(ctx, input)
      refresh()
      return 'Added. Whoever signs later sees it.'
    },
    { verb: 'promotion:ask' },
  )
}

/** Records that a possible signer opened the live version for the first time. */
export async function openDossierAction(form: FormData): Promise<void> {
  await submit(form, promotionInput, async (ctx, input) => `Opened at ${(await openDossier(ctx, input)).openedAt.toISOString()}`, {
    verb: 'dossier:open',
  })
}

/** Signs and says where the receipt is. The form goes there: a redirect would render that page inside this answer, which takes longer than signing. */
export async function signAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    signPromotionInput,
    async (ctx, input) => ({ message: 'Signed.', href: routes.signature((await signPromotion(ctx, input)).id) }),
    { verb: 'promotion:sign' },
  )
}

/** Declines and says where the receipt is, as signing does. */
export async function declineAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    declinePromotionInput,
    async (ctx, input) => ({ message: 'Declined.', href: routes.signature((await declinePromotion(ctx, input)).id) }),
    { verb: 'promotion:decline' },
  )
}

/** Records what somebody in an ordinary slot says of an emergency promotion afterwards. */
export async function reviewAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    reviewPromotionInput,
    async (ctx, input) => {
      const { id, open } = await reviewPromotion(ctx, input)
      refresh()
      const rest = open === 0 ? 'It was the last one owed.' : `${open} ${open === 1 ? 'is' : 'are'} still open.`
      return { message: `Your review is on the record. ${rest}`, href: routes.promotion(id) }
    },
    { verb: 'promotion:review' },
  )
}

/** Takes one's own signature back until the deployment starts. */
export async function withdrawSignOffAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    withdrawSignOffInput,
    async (ctx, input) => {
      const { promotion } = await withdrawSignOff(ctx, input)
      refresh()
      return { message: 'Your signature is withdrawn. The record of it stays.', href: routes.promotion(promotion) }
    },
    { verb: 'sign-off:withdraw' },
  )
}
