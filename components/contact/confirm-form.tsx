'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { DeniedButton, type Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { Select, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

/** Records that somebody on a list was reached just now, and how. */
export function ConfirmForm({
  action,
  system,
  list,
  title,
  people,
  whyNot,
}: {
  action: FormAction
  system: string
  list: string
  title: string
  people: readonly { id: string; name: string }[]
  whyNot: Why
}) {
  if (whyNot)
    return (
      <DeniedButton refusal={whyNot} size="sm">
        Confirm {title}
      </DeniedButton>
    )
  return (
    <Disclosure button summary={`Confirm ${title}`}>
      <ActionForm action={action} hidden={{ system, list }} label={`Confirm ${title}`}>
        <Select
          name="contact"
          label="Whom you reached"
          placeholder={people.length === 1 ? undefined : 'Choose'}
          options={people.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <TextInput
          name="reach"
          label="How they are reached"
          optional
          hint="For example: the on-call line, then a text message."
          maxLength={200}
        />
        <SubmitButton variant="default" pendingLabel="Confirming">
          Confirm that they can be reached
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}
