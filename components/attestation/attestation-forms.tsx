'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Button, type Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { CheckboxGroup, Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

type Owner = { id: string; name: string }

function OwnerSelect({ owners, viewer }: { owners: readonly Owner[]; viewer: string }) {
  return (
    <Select
      name="owner"
      label="Owner"
      placeholder="Choose a person"
      options={owners.map(({ id, name }) => ({ value: id, label: id === viewer ? `${name} (you)` : name }))}
      defaultValue={owners.some(({ id }) => id === viewer) ? viewer : ''}
      hint="Answers for it until the next date."
    />
  )
}

/** A person's dated word: what they looked at, whether it holds, and who owns it until the next date. */
export function AttestForm({
  action,
  system,
  topic,
  title,
  profile,
  every,
  owners,
  viewer,
}: {
  action: FormAction
  system: string
  topic: string
  title: string
  profile: string | null
  /** How long it stays good, in words. */
  every: string
  owners: readonly Owner[]
  viewer: string
}) {
  const button = profile === null ? 'Attest' : `Attest for ${profile}`
  return (
    <Disclosure button summary={button}>
      <ActionForm
        action={action}
        hidden={{ system, topic, profile: profile ?? undefined }}
        label={`${title}${profile ? `, ${profile}` : ''}`}
      >
        <Segmented
          name="holds"
          label="Does it hold?"
          options={[
            { value: 'true', label: 'It holds' },
            { value: 'false', label: 'It does not' },
          ]}
        />
        <TextArea name="note" label="What you looked at, and what you saw" rows={3} maxLength={2000} hint="Never a value of a secret." />
        <TextInput name="link" label="Where it can be seen" optional hint="An https address." maxLength={500} />
        <OwnerSelect owners={owners} viewer={viewer} />
        <p className="t-xs c2">It stays good for {every}.</p>
        <div className="btns">
          <SubmitButton pendingLabel="Attesting">{button}</SubmitButton>
        </div>
      </ActionForm>
    </Disclosure>
  )
}

/** The explicit flag under which a name nobody declared does not count as production (001.7). */
export function FlagForm({
  action,
  system,
  owners,
  viewer,
  whyNot,
}: {
  action: FormAction
  system: string
  owners: readonly Owner[]
  viewer: string
  whyNot: Why
}) {
  if (whyNot) return <Button refusal={whyNot}>Record a flag</Button>
  return (
    <Disclosure button summary="Record a flag">
      <ActionForm action={action} hidden={{ system }} label="Record a flag for a name">
        <TextInput name="name" label="Name" mono maxLength={64} hint="Exactly as the runtime says it, such as preview-7." />
        <Segmented
          name="countsAs"
          label="Counts as"
          options={[
            { value: 'development', label: 'Development' },
            { value: 'verification', label: 'Verification' },
            { value: 'pre-production', label: 'Pre-production' },
          ]}
        />
        <TextArea name="reason" label="Why this name exists" rows={2} maxLength={500} />
        <OwnerSelect owners={owners} viewer={viewer} />
        <TextInput
          name="expiresAt"
          label="Ends by itself, UTC"
          type="datetime-local"
          hint="Within 90 days. Then the name counts as production again."
        />
        <div className="btns">
          <SubmitButton pendingLabel="Recording">Record the flag</SubmitButton>
        </div>
      </ActionForm>
    </Disclosure>
  )
}

/** Ends a flag before its time, in two steps. */
export function EndFlagForm({ action, flag, name }: { action: FormAction; flag: string; name: string }) {
  return (
    <Disclosure button danger summary="End the flag">
      <ActionForm action={action} hidden={{ flag }} label={`End the flag for ${name}`} className="grid gap-3" silentDone>
        <p className="c2">{name} counts as production again, and what runs under it is judged so at once.</p>
        <div className="btns">
          <SubmitButton variant="danger" pendingLabel="Ending">
            {`End the flag for ${name}`}
          </SubmitButton>
        </div>
      </ActionForm>
    </Disclosure>
  )
}

/** Variables that belong to the environment change on purpose in a stretch of time (004.13). */
export function GovernedChangeForm({
  action,
  system,
  profiles,
  variables,
  whyNot,
}: {
  action: FormAction
  system: string
  profiles: readonly string[]
  variables: readonly string[]
  whyNot: Why
}) {
  if (whyNot) return <Button refusal={whyNot}>Record a change</Button>
  return (
    <Disclosure button summary="Record a change">
      <ActionForm action={action} hidden={{ system }} label="Record a governed change">
        <Segmented name="profile" label="Where" options={profiles.map((id) => ({ value: id, label: id }))} />
        <CheckboxGroup
          name="variables"
          label="Variables that change"
          options={variables.map((name) => ({ value: name, label: name }))}
          hint="Names only. Values never come here."
        />
        <TextArea name="reason" label="Why they change" rows={2} maxLength={500} />
        <TextInput name="reference" label="The change outside" optional hint="A ticket or an address, such as OPS-2231." maxLength={300} />
        <div className="four grid gap-4">
          <TextInput name="fromAt" label="From, UTC" type="datetime-local" />
          <TextInput name="untilAt" label="Until, UTC" type="datetime-local" hint="At most 7 days." />
        </div>
        <div className="btns">
          <SubmitButton pendingLabel="Recording">Record the change</SubmitButton>
        </div>
      </ActionForm>
    </Disclosure>
  )
}
