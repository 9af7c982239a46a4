'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

/** What a one-time link asks: the first admin's name and address, and a password. */
export function SetupForm({
  action,
  link,
  firstAdmin,
  passwordMin,
}: {
  action: FormAction
  link: string
  firstAdmin: boolean
  passwordMin: number
}) {
  return (
    <div className="mt-6">
      <ActionForm action={action} hidden={{ link }} label="Set up" silentDone keepOnDone>
        {firstAdmin ? (
          <>
            <TextInput name="name" label="Your name" autoComplete="name" hint="As signatures and the record show it." required />
            <TextInput name="email" label="Your address" type="email" autoComplete="username" hint="You sign in with it." required />
          </>
        ) : null}
        <TextInput
          name="newPassword"
          label="Password"
          type="password"
          autoComplete="new-password"
          hint={`At least ${passwordMin} characters. Several words in a row are easiest to remember. You enter it again whenever you sign.`}
          required
        />
        <div className="btns">
          <SubmitButton pendingLabel="Setting up">{firstAdmin ? 'Make the account' : 'Save the password'}</SubmitButton>
        </div>
      </ActionForm>
    </div>
  )
}
