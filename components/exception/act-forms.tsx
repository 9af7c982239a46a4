'use client'

import { useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Button, type Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'
import { inputOf, instantOf, WhenInput } from './when-input'

type Act = { action: FormAction; exception: string; whyNot: Why }

/** Asks for more time: a new approval, and the end that holds stays until then. */
export function ExtendForm({ action, exception, whyNot, suggested }: Act & { suggested: string }) {
  const [until, setUntil] = useState(() => inputOf(new Date(suggested)))
  if (whyNot) return <Button refusal={whyNot}>Ask for more time</Button>
  return (
    <Disclosure summary="Ask for more time" button>
      <ActionForm action={action} hidden={{ exception }} label={`Ask for more time for ${exception}`}>
        <WhenInput
          name="until"
          label="Until, UTC"
          value={until}
          onValue={setUntil}
          hint={
            instantOf(until) ? 'It takes the signatures that the whole time from the start takes; until then the old end holds.' : undefined
          }
        />
        <TextArea
          name="reason"
          label="Why it takes longer"
          rows={2}
          maxLength={2000}
          hint="The approvers read it. Never a value of a secret."
        />
        <SubmitButton variant="default" pendingLabel="Asking">
          Ask for more time
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** Takes back an extension that waits; the end that was approved holds. */
export function WithdrawExtensionForm({ action, exception, whyNot }: Act) {
  if (whyNot) return <Button refusal={whyNot}>Withdraw the extension</Button>
  return (
    <ActionForm action={action} hidden={{ exception }} label={`Withdraw the extension of ${exception}`} className="grid" silentDone>
      <SubmitButton variant="default" pendingLabel="Withdrawing">
        Withdraw the extension
      </SubmitButton>
    </ActionForm>
  )
}

/** Takes a filing back that nobody decided on, with a reason. */
export function WithdrawForm({ action, exception, whyNot }: Act) {
  if (whyNot) return <Button refusal={whyNot}>Withdraw {exception}</Button>
  return (
    <Disclosure summary={`Withdraw ${exception}`} button danger>
      <ActionForm action={action} hidden={{ exception }} label={`Withdraw ${exception}`}>
        <TextArea name="reason" label="Why" rows={2} maxLength={2000} hint="It stays on the record." />
        <SubmitButton variant="danger" pendingLabel="Withdrawing">
          Withdraw {exception}
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** Makes a condition of it: a condition only narrows, so that it voids no signature. */
export function ConditionForm({ action, exception, whyNot }: Act) {
  if (whyNot) return <Button refusal={whyNot}>Add a condition</Button>
  return (
    <Disclosure summary="Add a condition" button>
      <ActionForm action={action} hidden={{ exception }} label={`Add a condition to ${exception}`}>
        <TextArea
          name="condition"
          label="Condition"
          rows={2}
          maxLength={500}
          hint="What has to hold while it runs. Never a value of a secret."
        />
        <SubmitButton variant="default" pendingLabel="Recording">
          Add the condition
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** Closes it with what shows that it is fixed: an observation in which the rule is met, or a link. */
export function CloseForm({
  action,
  exception,
  whyNot,
  observations,
  isOpen,
}: Act & { observations: readonly { id: string; words: string }[]; isOpen: boolean }) {
  const [by, setBy] = useState(observations.length > 0 ? 'observation' : 'link')
  if (whyNot) return <Button refusal={whyNot}>Close {exception}</Button>
  return (
    <Disclosure summary={`Close ${exception}`} button open={isOpen}>
      <ActionForm action={action} hidden={{ exception }} label={`Close ${exception}`}>
        <TextArea name="note" label="How it was fixed" rows={2} maxLength={2000} hint="Never a value of a secret." />
        {observations.length > 0 ? (
          <Segmented
            name="by"
            label="What shows it"
            defaultValue={by}
            onValue={setBy}
            options={[
              { value: 'observation', label: 'An observation' },
              { value: 'link', label: 'A link' },
            ]}
          />
        ) : null}
        {by === 'observation' ? (
          <Select
            name="observation"
            label="Observation"
            defaultValue={observations[0]?.id}
            options={observations.map(({ id, words }) => ({ value: id, label: words }))}
            hint="It has to show the rule met; that is judged as you close."
          />
        ) : (
          <TextInput
            name="link"
            label="Where the evidence is"
            type="url"
            maxLength={500}
            hint={observations.length > 0 ? undefined : 'Nothing was reported since it was filed, so it takes a link.'}
          />
        )}
        <SubmitButton pendingLabel="Closing">Close {exception}</SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}
