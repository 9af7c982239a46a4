'use server'

import { refresh } from 'next/cache'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { retireKeyInput } from '@/lib/schemas/key'
import { recordKeyForm, recordSecretAuditForm, reportFingerprintForm } from '@/lib/schemas/key-form'
import { recordKeyVersion } from '@/lib/usecases/key/record-key-version'
import { reportFingerprints } from '@/lib/usecases/key/report-fingerprints'
import { retireKey } from '@/lib/usecases/key/retire-key'
import { recordSecretAudit } from '@/lib/usecases/secret-audit/record-secret-audit'

type Values = Readonly<Record<string, string>>
const about = (verb: string) => ({
  verb,
  system: (values: Values) => values.system ?? null,
  subject: (values: Values) => ({ kind: 'system' as const, id: values.system ?? '' }),
})

/** Records which key a secret holds, by its name. */
export async function recordKeyAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    recordKeyForm,
    async (ctx, input) => {
      const { keyId, profile } = await recordKeyVersion(ctx, input)
      refresh()
      return `${keyId} is on record for ${profile}.`
    },
    about('key:record'),
  )
}

/** Reports a fingerprint by hand, and says what it speaks against. */
export async function reportFingerprintAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    reportFingerprintForm,
    async (ctx, input) => {
      const { findings } = await reportFingerprints(ctx, input)
      refresh()
      const [first] = findings
      return first ? `Reported. It speaks against this profile: ${first.sentence}` : 'Reported. Nothing speaks against this profile.'
    },
    about('key:report'),
  )
}

/** Retires an old key, with its proof. */
export async function retireKeyAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    retireKeyInput,
    async (ctx, input) => {
      const { keyId } = await retireKey(ctx, input)
      refresh()
      return `${keyId} is retired.`
    },
    about('key:retire'),
  )
}

/** Records an audit of a profile's secret handling or of a rotation. */
export async function recordSecretAuditAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    recordSecretAuditForm,
    async (ctx, input) => {
      const { rotation, profile } = await recordSecretAudit(ctx, input)
      refresh()
      return `The audit of ${rotation ?? profile} is on record.`
    },
    about('secret:audit'),
  )
}
