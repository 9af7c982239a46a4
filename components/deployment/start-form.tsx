'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'
import { InputFields, type NamedInput } from './result-forms'

/** Starts a deployment: names what it is given. The button refuses what has no authority, with every reason under it. */
export function StartForm({
  action,
  system,
  profile,
  version,
  inputs,
  takesLabel,
  whyNot,
}: {
  action: FormAction
  system: string
  profile: string
  version: string
  inputs: readonly NamedInput[]
  takesLabel: boolean
  whyNot: Why
}) {
  return (
    <ActionForm action={action} hidden={{ system, profile, version }} label="Start the deployment">
      {whyNot ? null : (
        <>
          <InputFields inputs={inputs} />
          {takesLabel ? (
            <TextInput
              name="targetLabel"
              label="Label of the target"
              optional
              mono
              hint="It informs only; the target is told by what the policy names."
            />
          ) : null}
        </>
      )}
      <SubmitButton refusal={whyNot} pendingLabel="Judging and starting">
        Start {version} on {profile}
      </SubmitButton>
    </ActionForm>
  )
}
