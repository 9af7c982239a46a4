'use server'

import { refresh } from 'next/cache'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { recordAttestationInput } from '@/lib/schemas/attestation'
import { endFlagInput, recordFlagInput, recordGovernedChangeInput } from '@/lib/schemas/contract-choice'
import { fromForm } from '@/lib/schemas/form'
import { recordAttestation } from '@/lib/usecases/attestation/record-attestation'
import { endFlag } from '@/lib/usecases/environment/end-flag'
import { recordFlag } from '@/lib/usecases/environment/record-flag'
import { recordGovernedChange } from '@/lib/usecases/environment/record-governed-change'

/** Says of something that no machine reports that it holds, or that it does not. */
export async function recordAttestationAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(recordAttestationInput),
    async (ctx, input) => {
      await recordAttestation(ctx, input)
      refresh()
      return 'Attested, as of now.'
    },
    { verb: 'attestation:record' },
  )
}

/** Records that a name nobody declared does not count as production. */
export async function recordFlagAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(recordFlagInput),
    async (ctx, input) => {
      await recordFlag(ctx, input)
      refresh()
      return `${input.name} counts as ${input.countsAs} from now on.`
    },
    { verb: 'environment_flag:record' },
  )
}

/** Ends a flag before its time. */
export async function endFlagAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    endFlagInput,
    async (ctx, input) => {
      await endFlag(ctx, input)
      refresh()
      return 'Ended: the name counts as production again.'
    },
    { verb: 'environment_flag:end' },
  )
}

/** Records that variables of the environment change on purpose, and when. */
export async function recordGovernedChangeAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(recordGovernedChangeInput, ['variables']),
    async (ctx, input) => {
      await recordGovernedChange(ctx, input)
      refresh()
      return 'Recorded. What is seen to change in that time is explained.'
    },
    { verb: 'governed_change:record' },
  )
}
