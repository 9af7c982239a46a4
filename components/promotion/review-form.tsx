'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Segmented, TextArea } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

/** Says what somebody in an ordinary slot makes of an emergency promotion afterwards: accepted, or a concern; either pays the review. */
export function ReviewForm({ action, promotion, slot }: { action: FormAction; promotion: string; slot: { key: string; title: string } }) {
  return (
    <ActionForm action={action} hidden={{ promotion, slot: slot.key }} label={`Review as ${slot.title}`}>
      <Segmented
        name="finding"
        label="You say"
        options={[
          { value: 'accepted', label: 'I accept it' },
          { value: 'concern', label: 'I have a concern' },
        ]}
      />
      <TextArea
        name="note"
        label="Why"
        rows={4}
        maxLength={2000}
        hint="What you looked at, and what has to follow. It stays on the record. Never a value of a secret."
      />
      <SubmitButton size="lg" pendingLabel="Recording">
        Record the review as {slot.title}
      </SubmitButton>
    </ActionForm>
  )
}
