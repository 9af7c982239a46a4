'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Select, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

/** One's own name and time zone. */
export function ProfileForm({
  action,
  name,
  email,
  timeZone,
  zones,
}: {
  action: FormAction
  name: string
  email: string
  timeZone: string
  zones: readonly string[]
}) {
  const options = [...new Set(['UTC', timeZone, ...zones])].map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }))
  return (
    <ActionForm action={action} label="You" keepOnDone>
      <TextInput
        name="name"
        label="Name"
        defaultValue={name}
        autoComplete="name"
        hint="Signatures name you by your id, so that a new name changes none of them."
        required
      />
      <p className="t-sm c2">
        You sign in as <b>{email}</b>. It also tells your commits.
      </p>
      <Select
        name="timeZone"
        label="Time zone"
        defaultValue={timeZone}
        options={options}
        hint="Tells those who wait for you what time it is where you are. Your own pages follow your browser."
      />
      <div className="btns">
        <SubmitButton variant="default" pendingLabel="Saving">
          Save
        </SubmitButton>
      </div>
    </ActionForm>
  )
}

/** A new password, with the present one. */
export function PasswordForm({ action, email, passwordMin }: { action: FormAction; email: string; passwordMin: number }) {
  return (
    <ActionForm action={action} label="Change password">
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <TextInput name="currentPassword" label="Present password" type="password" autoComplete="current-password" required />
      <TextInput
        name="newPassword"
        label="New password"
        type="password"
        autoComplete="new-password"
        hint={`At least ${passwordMin} characters. Several words in a row are easiest to remember.`}
        required
      />
      <div className="btns">
        <SubmitButton variant="default" pendingLabel="Changing">
          Change the password
        </SubmitButton>
      </div>
    </ActionForm>
  )
}
