'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { FormAction } from '@/lib/http/form-state'

/** The button that signs out. */
export function SignOutForm({ action, quiet }: { action: FormAction; quiet?: boolean }) {
  return (
    <ActionForm action={action} label="Sign out" silentDone>
      <div className="btns">
        <SubmitButton variant={quiet ? 'default' : 'primary'} pendingLabel="Signing out">
          Sign out
        </SubmitButton>
      </div>
    </ActionForm>
  )
}
