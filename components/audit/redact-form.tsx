'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Checkbox, Select, TextInput } from '@/components/ui/field'
import { REDACTION_CAUSES } from '@/lib/domain/redaction'
import type { FormAction } from '@/lib/http/form-state'

/** Takes the words of an entry off the record, for good. It asks for the password, since nothing brings them back (T18). */
export function RedactForm({ action, entry, refusal }: { action: FormAction; entry: string; refusal: Why }) {
  if (refusal)
    return (
      <div className="mt-3">
        <SubmitDenied refusal={refusal} />
      </div>
    )
  return (
    <details className="mt-3">
      <summary className="link">Take these words off the record</summary>
      <ActionForm action={action} hidden={{ entry }} label="Take these words off the record" silentDone>
        <Select name="why" label="Why" options={Object.entries(REDACTION_CAUSES).map(([value, label]) => ({ value, label }))} />
        <TextInput name="password" type="password" label="Your password" autoComplete="current-password" />
        <Checkbox
          name="confirmed"
          value="yes"
          label="The words go and never come back. The entry, its digest, signatures and proofs stay, and an entry says that I did it."
        />
        <div className="btns">
          <SubmitButton variant="danger" pendingLabel="Taking them off">
            Take the words off the record
          </SubmitButton>
        </div>
      </ActionForm>
    </details>
  )
}

function SubmitDenied({ refusal }: { refusal: NonNullable<Why> }) {
  return <p className="t-xs c2">{refusal.sentence}</p>
}
