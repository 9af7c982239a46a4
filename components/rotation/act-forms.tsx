'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

type Act = { action: FormAction; rotation: string; whyNot: Why }

/** An owner slot of a rotation that the viewer may act in. */
export type OwnerChoice = { id: string; title: string }

/** A denied act stays where it is, with its reason. */
function Denied({ action, label, whyNot, children }: { action: FormAction; label: string; whyNot: Why; children: string }) {
  return (
    <ActionForm action={action} label={label} className="grid">
      <SubmitButton refusal={whyNot}>{children}</SubmitButton>
    </ActionForm>
  )
}

/** Starts a rotation in an owner slot: from then on its steps go one at a time. */
export function StartForm({ action, rotation, whyNot, owners }: Act & { owners: readonly OwnerChoice[] }) {
  const [first] = owners
  if (whyNot || !first)
    return (
      <Denied action={action} label="Start" whyNot={whyNot ?? { sentence: 'You are in none of the owner slots.' }}>
        Start the rotation
      </Denied>
    )
  return (
    <ActionForm
      action={action}
      hidden={{ rotation, owner: owners.length === 1 ? first.id : undefined }}
      label="Start the rotation"
      silentDone
    >
      {owners.length > 1 ? (
        <Segmented
          name="owner"
          label="You run it as"
          defaultValue={first.id}
          options={owners.map(({ id, title }) => ({ value: id, label: title }))}
        />
      ) : null}
      <SubmitButton pendingLabel="Starting" full>
        {owners.length === 1 ? `Start as ${first.title}` : 'Start the rotation'}
      </SubmitButton>
    </ActionForm>
  )
}

/** Another owner confirms at verification what was done (000.21). */
export function ConfirmForm({ action, rotation, whyNot, owner }: Act & { owner: OwnerChoice }) {
  if (whyNot)
    return (
      <Denied action={action} label={`Confirm as ${owner.title}`} whyNot={whyNot}>
        {`Confirm as ${owner.title}`}
      </Denied>
    )
  return (
    <ActionForm action={action} hidden={{ rotation, owner: owner.id }} label={`Confirm as ${owner.title}`} silentDone>
      <TextArea name="note" label="What you looked at" optional rows={2} maxLength={500} hint="Never a value of a secret." />
      <SubmitButton pendingLabel="Confirming" full>
        {`Confirm as ${owner.title}`}
      </SubmitButton>
    </ActionForm>
  )
}

/** Ends a rotation that worked: with the proof that the old key no longer works. */
export function CompleteForm({ action, rotation, whyNot, retired }: Act & { retired: string }) {
  if (whyNot)
    return (
      <Denied action={action} label="Complete" whyNot={whyNot}>
        {`Complete, ${retired}`}
      </Denied>
    )
  return (
    <ActionForm action={action} hidden={{ rotation }} label="Complete the rotation" silentDone>
      <TextInput
        name="proof"
        label={`What shows that ${retired}`}
        maxLength={300}
        hint="A reference: a ticket, a log entry, a commit. Never a value."
      />
      <TextInput name="link" label="Link to it" optional type="url" />
      <SubmitButton pendingLabel="Completing" full>
        {`Complete, ${retired}`}
      </SubmitButton>
    </ActionForm>
  )
}

export type TriggerChoice = { id: string; text: string }
export type IncidentChoice = { id: string; title: string }

/** It failed: what was seen, and under which incident it is taken back. Without one, an incident is made (003.13). */
export function RollBackForm({
  action,
  rotation,
  whyNot,
  triggers,
  incidents,
  named,
  summary = 'It failed, roll back',
  restores,
  trigger,
}: Act & {
  /** Chosen beforehand: at a step, that it failed. */
  trigger?: string
  triggers: readonly TriggerChoice[]
  incidents: readonly IncidentChoice[]
  /** The incident the rotation already stands under. */
  named: string | null
  summary?: string
  restores: string
}) {
  if (whyNot)
    return (
      <Denied action={action} label="Roll back" whyNot={whyNot}>
        {summary}
      </Denied>
    )
  return (
    <Disclosure button danger summary={summary}>
      <ActionForm action={action} hidden={{ rotation, incident: named ?? undefined }} label="Roll back" silentDone>
        <Segmented
          name="trigger"
          label="What was seen"
          defaultValue={trigger}
          options={triggers.map(({ id, text }) => ({ value: id, label: text.replaceAll('`', '') }))}
        />
        <TextArea
          name="reason"
          label="In a few words"
          rows={3}
          maxLength={2000}
          hint="It stays on the record. Never a value of a secret."
        />
        {named ? (
          <p className="c2">It stands under incident {named}.</p>
        ) : (
          <Select
            name="incident"
            label="Incident"
            optional
            placeholder="Make a new one"
            options={incidents.map(({ id, title }) => ({ value: id, label: `${id}, ${title}` }))}
            hint="A rollback always has one; without a choice it is made now."
          />
        )}
        <SubmitButton variant="danger" pendingLabel="Recording">
          {`Roll back, ${restores}`}
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** The rollback is done: what was there before is there again. */
export function FinishRollbackForm({ action, rotation, whyNot, restored, owed }: Act & { restored: string; owed: string | null }) {
  if (whyNot)
    return (
      <Denied action={action} label="End the rollback" whyNot={whyNot}>
        {`Rolled back, ${restored}`}
      </Denied>
    )
  return (
    <ActionForm action={action} hidden={{ rotation }} label="End the rollback" silentDone>
      <TextInput
        name="postmortem"
        label="Postmortem"
        optional
        maxLength={300}
        hint={
          owed ? `${owed} A reference to it; it can follow later and is owed until then.` : 'A reference; it is owed until it is there.'
        }
      />
      <SubmitButton pendingLabel="Recording" full>
        {`Rolled back, ${restored}`}
      </SubmitButton>
    </ActionForm>
  )
}

/** The postmortem that a rolled-back rotation owes. */
export function PostmortemForm({ action, rotation, whyNot }: Act) {
  if (whyNot)
    return (
      <Denied action={action} label="Record the postmortem" whyNot={whyNot}>
        Record the postmortem
      </Denied>
    )
  return (
    <ActionForm action={action} hidden={{ rotation }} label="Record the postmortem" silentDone>
      <TextInput name="postmortem" label="Where the postmortem is" maxLength={300} hint="A reference or an address." />
      <SubmitButton pendingLabel="Recording" full>
        Record the postmortem
      </SubmitButton>
    </ActionForm>
  )
}

/** Takes a rotation back that has not begun. */
export function CancelForm({ action, rotation, whyNot }: Act) {
  if (whyNot)
    return (
      <Denied action={action} label="Cancel" whyNot={whyNot}>
        {`Cancel ${rotation}`}
      </Denied>
    )
  return (
    <Disclosure button danger summary={`Cancel ${rotation}`}>
      <ActionForm action={action} hidden={{ rotation }} label={`Cancel ${rotation}`} silentDone>
        <TextArea name="reason" label="Why" rows={3} maxLength={2000} hint="It stays on the record. Never a value of a secret." />
        <SubmitButton variant="danger" pendingLabel="Cancelling">
          {`Cancel ${rotation}`}
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

export type VariantChoice = { id: string; title: string }

/** Changes the window and the way it is done, before it has begun. What was approved is sealed, so it is approved again. */
export function PlanForm({
  action,
  rotation,
  whyNot,
  variants,
  current,
  approved,
}: Act & {
  variants: readonly VariantChoice[]
  /** Window as `datetime-local` takes it, in UTC. */
  current: { variant: string | null; windowStartsAt: string; windowEndsAt: string }
  approved: boolean
}) {
  if (whyNot)
    return (
      <Denied action={action} label="Change the plan" whyNot={whyNot}>
        Change the plan
      </Denied>
    )
  return (
    <Disclosure button summary="Change the plan">
      <ActionForm action={action} hidden={{ rotation }} label="Change the plan" keepOnDone>
        {variants.length > 1 ? (
          <Select
            name="variant"
            label="How it is done here"
            optional
            placeholder={current.variant ? undefined : 'Choose at the step'}
            defaultValue={current.variant ?? ''}
            options={variants.map(({ id, title }) => ({ value: id, label: title }))}
          />
        ) : null}
        <TextInput name="windowStartsAt" label="Window opens, UTC" optional type="datetime-local" defaultValue={current.windowStartsAt} />
        <TextInput name="windowEndsAt" label="Window closes, UTC" optional type="datetime-local" defaultValue={current.windowEndsAt} />
        {approved ? <p className="c2">The plan is approved as it stands. A changed one is sealed anew and approved again.</p> : null}
        <SubmitButton variant="default" pendingLabel="Sealing">
          Seal the changed plan
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}
