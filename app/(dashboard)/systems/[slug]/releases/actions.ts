'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import { approveBundleInput } from '@/lib/schemas/release'
import { recordEvidenceForm, registerReleaseForm } from '@/lib/schemas/release-form'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { approveBundle } from '@/lib/usecases/release/approve-bundle'
import { registerRelease } from '@/lib/usecases/release/register-release'

type Values = Readonly<Record<string, string>>
const ofSystem = (values: Values) => values.system ?? null
const systemSubject = (values: Values) => ({ kind: 'system' as const, id: values.system ?? '' })

/** Registers a release and goes to its page. */
export async function registerReleaseAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    registerReleaseForm,
    async (ctx, input) => redirect(routes.release(input.system, (await registerRelease(ctx, input)).version)),
    {
      verb: 'release:register',
      system: ofSystem,
      subject: systemSubject,
    },
  )
}

/** Approves the bundle of a release. */
export async function approveBundleAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    approveBundleInput,
    async (ctx, input) => {
      await approveBundle(ctx, input)
      refresh()
      return `The bundle of ${input.version} is approved.`
    },
    { verb: 'bundle:approve', system: ofSystem, subject: systemSubject },
  )
}

/** Brings evidence for a gate of a release, whether a promotion exists yet or not. */
export async function bringEvidenceAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    recordEvidenceForm,
    async (ctx, input) => {
      const { gate, duplicate } = await recordEvidence(ctx, input)
      refresh()
      return duplicate ? `This was on record already for ${gate}; nothing was added.` : `Recorded for ${gate}.`
    },
    { verb: 'evidence:bring', system: ofSystem, subject: systemSubject },
  )
}
