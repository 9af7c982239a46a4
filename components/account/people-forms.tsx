'use client'

import { useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Checkbox, type Option, Select, TextInput } from '@/components/ui/field'
import { AUDITOR_MAX_DAYS } from '@/lib/domain/roles'
import type { FormAction } from '@/lib/http/form-state'

/** A new person: name and address; the link to choose a password is made on their page. */
export function AddPersonForm({ action }: { action: FormAction }) {
  return (
    <ActionForm action={action} label="Add a person" silentDone>
      <TextInput name="name" label="Name" autoComplete="off" required />
      <TextInput
        name="email"
        label="Address"
        type="email"
        autoComplete="off"
        hint="They sign in with it, and it tells their commits."
        required
      />
      <div className="btns">
        <SubmitButton pendingLabel="Adding">Add the person</SubmitButton>
      </div>
    </ActionForm>
  )
}

/** Another address by which somebody commits: what they wrote under it keeps them from signing it (T05). */
export function CommitAddressForm({ action, person, refusal }: { action: FormAction; person: string; refusal: Why }) {
  return (
    <ActionForm action={action} hidden={{ person }} label="Add a commit address">
      {refusal ? null : (
        <TextInput
          name="email"
          label="Another address they commit by"
          type="email"
          autoComplete="off"
          hint="As in git log. Releases registered before count too; it cannot be taken back."
          required
        />
      )}
      <div className="btns">
        <SubmitButton variant="default" refusal={refusal} pendingLabel="Adding">
          Add the address
        </SubmitButton>
      </div>
    </ActionForm>
  )
}

/** A new agent: software under its own name, with a person who answers for it. */
export function AddAgentForm({
  action,
  systems,
  sponsors,
}: {
  action: FormAction
  systems: readonly Option[]
  sponsors: readonly Option[]
}) {
  return (
    <ActionForm action={action} label="Add an agent" silentDone>
      <TextInput name="name" label="Name" autoComplete="off" required />
      <Select name="system" label="System" placeholder="Every system" options={systems} />
      <Select
        name="sponsor"
        label="Who answers for it"
        placeholder="Choose a person"
        options={sponsors}
        hint="What the agent does counts as theirs wherever duties are kept apart."
      />
      <div className="btns">
        <SubmitButton pendingLabel="Adding">Add the agent</SubmitButton>
      </div>
    </ActionForm>
  )
}

/** A role for one system or for all, from now on. */
export function GrantForm({
  action,
  person,
  roles,
  systems,
  canAll,
  refusal,
}: {
  action: FormAction
  person: string
  roles: readonly Option[]
  systems: readonly Option[]
  canAll: boolean
  refusal: Why
}) {
  return (
    <ActionForm action={action} hidden={{ person }} label="Grant a role">
      {refusal ? null : (
        <>
          <Select name="role" label="Role" placeholder="Choose a role" options={roles} />
          <Select name="system" label="For" options={canAll ? [{ value: '', label: 'Every system' }, ...systems] : systems} />
          <TextInput
            name="endsOn"
            label="Until the end of"
            type="date"
            optional
            hint={`UTC. Without a day the role stays until it is ended; an auditor’s needs one, within ${AUDITOR_MAX_DAYS} days.`}
          />
        </>
      )}
      <div className="btns">
        <SubmitButton variant="default" refusal={refusal} pendingLabel="Granting">
          Grant the role
        </SubmitButton>
      </div>
    </ActionForm>
  )
}

/** One button that acts on one thing, with the reason under it when it may not. */
export function ActButton({
  action,
  hidden,
  label,
  pendingLabel,
  danger,
  refusal,
  small,
}: {
  action: FormAction
  hidden: Record<string, string>
  label: string
  pendingLabel: string
  danger?: boolean
  refusal?: Why
  small?: boolean
}) {
  return (
    <ActionForm action={action} hidden={hidden} label={label} className="grid gap-2">
      <div className="btns">
        <SubmitButton variant={danger ? 'danger' : 'default'} size={small ? 'sm' : 'md'} refusal={refusal} pendingLabel={pendingLabel}>
          {label}
        </SubmitButton>
      </div>
    </ActionForm>
  )
}

/** Makes the one-time link with which somebody chooses a password, and shows it this once. */
export function InviteForm({ action, person, refusal }: { action: FormAction; person: string; refusal: Why }) {
  const [path, setPath] = useState<string | null>(null)
  if (path !== null) {
    return (
      <div className="grid gap-2" role="status">
        <p>Hand this link over yourself. It works once, for three days, and is not shown again.</p>
        <p className="mono break-all">{path}</p>
        <p>
          <CopyButton text={path} link label="Copy the link" variant="default" />
        </p>
      </div>
    )
  }
  return (
    <ActionForm
      action={async (previous, form) => {
        const answer = await action(previous, form)
        if (answer.status === 'done') setPath(answer.message)
        return answer
      }}
      hidden={{ person }}
      label="Make a sign-in link"
      silentDone
    >
      <div className="btns">
        <SubmitButton variant="default" refusal={refusal} pendingLabel="Making the link">
          Make a one-time link
        </SubmitButton>
      </div>
    </ActionForm>
  )
}

/** Erasing cannot be undone, so it is confirmed. */
export function EraseForm({ action, person, refusal }: { action: FormAction; person: string; refusal: Why }) {
  return (
    <ActionForm action={action} hidden={{ person }} label="Erase personal data" silentDone>
      {refusal ? null : (
        <Checkbox
          name="confirmed"
          value="yes"
          label="Name, addresses and the words of statements go and never come back. Acts and signatures stay under an id."
        />
      )}
      <div className="btns">
        <SubmitButton variant="danger" refusal={refusal} pendingLabel="Erasing">
          Erase personal data
        </SubmitButton>
      </div>
    </ActionForm>
  )
}
