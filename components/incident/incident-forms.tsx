'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'
import { IncidentFields } from './incident-fields'
import { SEVERITIES } from './incident-words'

type Person = { id: string; name: string }

/** Declares an incident of a system: what is wrong, how bad, and where known its profile, its name outside and who commands. */
export function DeclareForm({
  action,
  system,
  profile,
  profiles,
  commanders,
  viewerCommands,
  rotation,
  whyNot,
}: {
  action: FormAction
  system: string
  profile: string | null
  profiles: readonly string[]
  commanders: readonly Person[]
  /** Whoever declares commands it when nobody is named and they hold the role. */
  viewerCommands: boolean
  /** The rotation that it is declared for: it goes back there. */
  rotation?: string
  whyNot: Why
}) {
  return (
    <ActionForm action={action} hidden={{ system, rotation }} label="Declare an incident">
      {whyNot ? null : (
        <>
          <IncidentFields />
          <Segmented
            name="profile"
            label="Where"
            options={[...profiles.map((id) => ({ value: id, label: id })), { value: '', label: 'The whole system' }]}
            defaultValue={profile ?? ''}
          />
          <Select
            name="commander"
            label="Commander"
            optional
            placeholder={viewerCommands ? 'You' : 'Nobody yet'}
            options={commanders.map(({ id, name }) => ({ value: id, label: name }))}
            hint={commanders.length === 0 ? 'Nobody holds the role there. An admin grants roles.' : undefined}
          />
          <TextInput name="reference" label="Its name outside" optional hint="A ticket or an address, such as OPS-2231." maxLength={300} />
        </>
      )}
      <div className="btns">
        <SubmitButton size="lg" refusal={whyNot} pendingLabel="Declaring">
          Declare the incident
        </SubmitButton>
      </div>
    </ActionForm>
  )
}

/** Changes severity, outside reference and commander. What is left as it is stays so. */
export function ChangeForm({
  action,
  incident,
  severity,
  reference,
  commander,
  commanders,
  whyNot,
}: {
  action: FormAction
  incident: string
  severity: string
  reference: string | null
  commander: string | null
  commanders: readonly Person[]
  whyNot: Why
}) {
  if (whyNot)
    return (
      <SubmitButton refusal={whyNot} full>
        Change the incident
      </SubmitButton>
    )
  return (
    <Disclosure button summary="Change the incident">
      <ActionForm action={action} hidden={{ incident }} label="Change the incident" keepOnDone>
        <Segmented
          name="severity"
          label="How bad"
          options={SEVERITIES.map(({ value, label }) => ({ value, label }))}
          defaultValue={severity}
        />
        <Select
          name="commander"
          label="Commander"
          placeholder={commander === null ? 'Nobody yet' : undefined}
          options={commanders.map(({ id, name }) => ({ value: id, label: name }))}
          defaultValue={commander ?? ''}
        />
        <TextInput name="reference" label="Its name outside" optional defaultValue={reference ?? undefined} maxLength={300} />
        <SubmitButton variant="default" pendingLabel="Changing">
          Change {incident}
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** Closes an incident; where something keeps it open, every such thing is named under the button. */
export function CloseForm({ action, incident, whyNot }: { action: FormAction; incident: string; whyNot: Why }) {
  if (whyNot)
    return (
      <SubmitButton refusal={whyNot} full>
        Close {incident}
      </SubmitButton>
    )
  return (
    <ActionForm action={action} hidden={{ incident }} label={`Close ${incident}`} silentDone>
      <TextArea name="note" label="How it ended" rows={3} maxLength={2000} hint="It stays on the record. Never a value of a secret." />
      <TextInput name="postmortem" label="Where the postmortem is" optional hint="A reference or an address." maxLength={300} />
      <SubmitButton full pendingLabel="Closing">
        Close {incident}
      </SubmitButton>
    </ActionForm>
  )
}
