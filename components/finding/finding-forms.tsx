'use client'

import { useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

/** Says that somebody has seen a finding, and what they make of it. */
export function AcknowledgeForm({ action, finding, whyNot }: { action: FormAction; finding: string; whyNot: Why }) {
  if (whyNot)
    return (
      <SubmitButton refusal={whyNot} full>
        Acknowledge {finding}
      </SubmitButton>
    )
  return (
    <ActionForm action={action} hidden={{ finding }} label={`Acknowledge ${finding}`} silentDone>
      <TextArea name="note" label="What you make of it" rows={3} maxLength={1000} hint="It stays open, and holds what it holds." />
      <SubmitButton variant="default" full pendingLabel="Acknowledging">
        Acknowledge {finding}
      </SubmitButton>
    </ActionForm>
  )
}

/** Ends a conflict or a disagreement with what was decided. */
export function ResolveForm({ action, finding, whyNot }: { action: FormAction; finding: string; whyNot: Why }) {
  if (whyNot)
    return (
      <SubmitButton refusal={whyNot} full>
        Resolve {finding}
      </SubmitButton>
    )
  return (
    <ActionForm action={action} hidden={{ finding }} label={`Resolve ${finding}`} silentDone>
      <TextArea
        name="resolution"
        label="What was decided"
        rows={4}
        maxLength={2000}
        hint="And where it is written now. It stays on the record. Never a value of a secret."
      />
      <SubmitButton full pendingLabel="Resolving">
        Resolve {finding}
      </SubmitButton>
    </ActionForm>
  )
}

/** Raises a conflict between documents, which is of the whole system (002.3), or a disagreement of code or a workflow with a document (004.1). */
export function RaiseForm({
  action,
  system,
  kind,
  document,
  documents,
  profiles,
  stops,
  whyNot,
}: {
  action: FormAction
  system: string
  kind: 'conflict' | 'disagreement'
  document: string | null
  documents: readonly { id: string; title: string }[]
  profiles: readonly string[]
  /** Whether the policy stops promotions while documents disagree. */
  stops: boolean
  whyNot: Why
}) {
  const [chosen, setChosen] = useState(kind)
  const isConflict = chosen === 'conflict'
  return (
    <ActionForm action={action} hidden={{ system }} label="Raise a finding">
      {whyNot ? null : (
        <>
          <Segmented
            name="kind"
            label="What disagrees"
            options={[
              { value: 'conflict', label: 'Two documents' },
              { value: 'disagreement', label: 'Code, a workflow or a script' },
            ]}
            defaultValue={kind}
            onValue={(value) => setChosen(value === 'conflict' ? 'conflict' : 'disagreement')}
            hint={
              isConflict
                ? stops
                  ? 'Every promotion of the system waits until somebody else has resolved it.'
                  : 'It is shown until somebody else has resolved it.'
                : 'The document wins; what disagrees is mended, or the policy is changed.'
            }
          />
          <Select
            name="document"
            label={isConflict ? 'One of the two' : 'The document'}
            placeholder="Choose a document"
            options={documents.map(({ id, title }) => ({ value: id, label: title }))}
            defaultValue={document ?? ''}
          />
          {isConflict ? null : (
            <Segmented
              name="profile"
              label="Where"
              options={[...profiles.map((id) => ({ value: id, label: id })), { value: '', label: 'The whole system' }]}
              defaultValue=""
            />
          )}
          <TextInput name="title" label="What disagrees, a few words" maxLength={140} />
          <TextArea name="expected" label="The document says" rows={2} maxLength={500} />
          <TextArea
            name="observed"
            label={isConflict ? 'The other one says, and which it is' : 'It says instead, and where'}
            rows={2}
            maxLength={500}
          />
          <TextInput name="reference" label="The issue outside" optional hint="A ticket or an address, such as OPS-2231." maxLength={300} />
        </>
      )}
      <div className="btns">
        <SubmitButton size="lg" refusal={whyNot} pendingLabel="Raising">
          {isConflict ? 'Raise the conflict' : 'Raise the disagreement'}
        </SubmitButton>
      </div>
    </ActionForm>
  )
}
