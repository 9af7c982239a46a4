'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { CheckboxGroup, Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'
import { FAILURE_CLASS_WORDS } from './deployment-words'

/** Records that a deployment succeeded, with what the runtime says of itself; a mismatch is refused in words (002.27). */
export function SucceededForm({
  action,
  deployment,
  fields,
  whyNot,
}: {
  action: FormAction
  deployment: string
  fields: readonly string[]
  whyNot: Why
}) {
  return (
    <ActionForm action={action} hidden={{ deployment, result: 'succeeded' }} label="Record success" silentDone>
      {whyNot ? null : <StampFields fields={fields} />}
      <div className="btns">
        <SubmitButton refusal={whyNot} pendingLabel="Recording">
          Record that it succeeded
        </SubmitButton>
      </div>
    </ActionForm>
  )
}

/** Records that a deployment failed, by class and by the look of it; a crash from an invalid environment is one (004.18, 004.19). */
export function FailedForm({
  action,
  deployment,
  known,
  fields,
}: {
  action: FormAction
  deployment: string
  known: readonly { id: string; title: string }[]
  fields: readonly string[]
}) {
  return (
    <Disclosure button danger summary="Record that it failed">
      <ActionForm action={action} hidden={{ deployment, result: 'failed' }} label="Record failure" silentDone>
        <Segmented
          name="failureClass"
          label="What kind of failure"
          options={Object.entries(FAILURE_CLASS_WORDS).map(([value, label]) => ({ value, label }))}
        />
        {known.length > 0 ? (
          <Select
            name="known"
            label="A failure this system knows"
            optional
            placeholder="None of these"
            options={known.map(({ id, title }) => ({ value: id, label: title }))}
            hint="A restart loop is one failed deployment, however often it restarts."
          />
        ) : null}
        <TextInput name="failureSignature" label="How it looked" optional hint="One line. Never a value of a variable." />
        <StampFields fields={fields} />
        <SubmitButton variant="danger" pendingLabel="Recording">
          Record the failure
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

const STAMP_HINT: Record<string, string> = {
  GIT_SHA: 'as the runtime shows it',
  BUILD_DATE: 'such as 2026-11-19T09:05:00Z',
  APP_VERSION: 'as the runtime shows it',
}

function StampFields({ fields }: { fields: readonly string[] }) {
  return (
    <div className="grid gap-3">
      {fields
        .filter((field) => field in STAMP_HINT)
        .map((field) => (
          <TextInput key={field} name={field} label={field} optional mono hint={STAMP_HINT[field]} />
        ))}
    </div>
  )
}

/** Starts a rollback: what it reverts is fixed, what it goes back to is chosen. A target that the rule does not allow cannot be chosen and says why. */
export function RollbackForm({
  action,
  system,
  profile,
  reverts,
  targets,
  inputs,
}: {
  action: FormAction
  system: string
  profile: string
  reverts: string
  targets: readonly { version: string; reasons: readonly string[] }[]
  inputs: readonly NamedInput[]
}) {
  const open = targets.filter((target) => target.reasons.length === 0)
  const [first] = targets
  const refusal = open.length > 0 || !first ? null : { sentence: `Going back to ${first.version} is not allowed.`, details: first.reasons }
  return (
    <Disclosure button danger summary={`Roll back ${reverts}`}>
      <ActionForm action={action} hidden={{ system, profile, reverts }} label="Start a rollback">
        {refusal ? null : (
          <>
            <Segmented
              name="version"
              label="Go back to"
              options={open.map(({ version }) => ({ value: version, label: version }))}
              defaultValue={open[0]?.version}
            />
            <InputFields inputs={inputs} />
          </>
        )}
        <SubmitButton variant="danger" refusal={refusal} pendingLabel="Starting">
          Start the rollback
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** An input the policy knows, as a box to tick. */
export type NamedInput = { id: string; title: string; required: boolean; informational: boolean }

/** What a start was given: the policy's inputs by name, and others in words. Names only, never values (004.6, 004.15, 004.21). */
export function InputFields({ inputs }: { inputs: readonly NamedInput[] }) {
  return (
    <>
      {inputs.length > 0 ? (
        <CheckboxGroup
          name="inputs"
          label="What it is given"
          options={inputs.map(({ id, title, required, informational }) => ({
            value: id,
            label: `${title}${required ? ' (required)' : ''}${informational ? ' (informs only)' : ''}`,
          }))}
          defaultValues={inputs.filter(({ required }) => required).map(({ id }) => id)}
          hint="A required one left out is a violation on the record."
        />
      ) : null}
      <TextArea
        name="other"
        label="Anything else it is given"
        optional
        rows={2}
        mono
        hint="One name a line: a file, a flag. Never a value. What the policy does not allow is recorded as a violation."
      />
    </>
  )
}
