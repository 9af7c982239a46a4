'use client'

import { useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { Segmented, TextArea, TextInput } from '@/components/ui/field'
import { listWords } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { AskedKey } from '@/lib/queries/rotation-view'
import { newKeyField } from '@/lib/schemas/field-names'

/** What the form of a step asks. `doneWords` name the result; `captures`: what is kept elsewhere and only referred to (003.16). */
export type StepAsks = {
  id: string
  text: string
  doneWords: string
  newKeys: readonly AskedKey[]
  captures: string | null
  /** A condition only a person can answer: then the step may be said not to apply. */
  asks: string | null
  /** Whether a script is there, so that it has to be said which way it was done; `words` of the policy on doing it by hand. */
  ways: { hand: boolean; words: string | null } | null
  /** The way that applies, or those of which one has still to be named. */
  variant: string | null
  /** What is said of it has to be shown by something: a note, a link or a reference. */
  evidence: boolean
  choices: readonly { id: string; title: string }[]
}

/**
 * Records the one open step of a rotation. The buttons name what is so afterwards; a key is named by its id, and where values are kept by a reference,
 * never by a value. Each answer that is not open to the viewer says why.
 */
export function StepForm({
  action,
  rotation,
  step,
  whyNot,
  failing,
  quiet,
}: {
  action: FormAction
  rotation: string
  step: StepAsks
  whyNot: { done: Why; failed: Why; not_applicable: Why }
  /** Where failing does not lead to the rollback, because nothing has begun: it is recorded as failed. */
  failing: boolean
  /** One of several that are open: no second primary button. */
  quiet?: boolean
}) {
  const [ids, setIds] = useState<Record<string, string>>(() =>
    Object.fromEntries(step.newKeys.map(({ mapping, suggestion }) => [mapping, suggestion])),
  )
  const named = step.newKeys.flatMap(({ mapping }) => ids[mapping]?.trim() || [])
  const complete = step.newKeys.length > 0 && named.length === step.newKeys.length
  const doneWords = complete ? `Done, ${listWords(named)} ${named.length === 1 ? 'is' : 'are'} in the store` : step.doneWords
  return (
    <ActionForm
      action={action}
      hidden={{ rotation, step: step.id, variant: step.variant ?? undefined }}
      label={`Record: ${step.text.replaceAll('`', '')}`}
      silentDone
      className="stepform"
    >
      {whyNot.done ? null : (
        <div className="stepfields">
          {step.newKeys.map(({ mapping, variable, old }) => (
            <TextInput
              key={mapping}
              name={newKeyField(mapping)}
              label={
                <>
                  Id of the new key for <code>{variable}</code>
                </>
              }
              hint={old ? `${old} is there now. An id, never a value.` : 'An id, never a value.'}
              mono
              maxLength={64}
              defaultValue={ids[mapping]}
              onChange={(event) => setIds({ ...ids, [mapping]: event.target.value })}
            />
          ))}
          {step.captures ? (
            <TextInput name="reference" label={step.captures} hint="A reference to the place, never a value." maxLength={300} />
          ) : null}
          {step.choices.length > 0 ? (
            <Segmented
              name="variant"
              label="Which way"
              options={step.choices.map(({ id, title }) => ({ value: id, label: title.replaceAll('`', '') }))}
            />
          ) : null}
          {step.ways ? (
            <Segmented
              name="how"
              label="Done"
              joined
              defaultValue="script"
              hint={step.ways.words ?? undefined}
              options={[
                { value: 'script', label: 'By script' },
                { value: 'hand', label: 'By hand', disabled: !step.ways.hand },
              ]}
            />
          ) : null}
          {step.evidence ? <Evidence step={step} failing={failing} /> : null}
          {step.evidence ? null : (
            <Disclosure summary="Add a note or a link" open={step.asks !== null}>
              <Evidence step={step} failing={failing} />
            </Disclosure>
          )}
        </div>
      )}
      <SubmitButton name="state" value="done" variant={quiet ? 'default' : 'primary'} refusal={whyNot.done} pendingLabel="Recording">
        {doneWords}
      </SubmitButton>
      {whyNot.done ? null : (
        <>
          {step.asks ? (
            <SubmitButton name="state" value="not_applicable" variant="default" refusal={whyNot.not_applicable} pendingLabel="Recording">
              Does not apply
            </SubmitButton>
          ) : null}
          {failing ? (
            <SubmitButton name="state" value="failed" variant="danger" refusal={whyNot.failed} pendingLabel="Recording">
              It failed
            </SubmitButton>
          ) : null}
        </>
      )}
    </ActionForm>
  )
}

/** Where it is shown: a note and a link, of which one is needed where the step takes evidence. */
function Evidence({ step, failing }: { step: StepAsks; failing: boolean }) {
  const needed = [
    step.evidence ? 'It takes a note or a link.' : null,
    step.asks ? `Say why when it does not apply (${step.asks}).` : null,
    failing ? 'Say what failed, if it did.' : null,
  ].filter((words) => words !== null)
  return (
    <div className="grid items-start gap-3 sm:grid-cols-2">
      <TextArea
        name="note"
        label="Note"
        optional
        rows={2}
        maxLength={500}
        hint={`${needed.join(' ') || 'What was seen.'} Never a value of a secret.`}
      />
      <TextInput name="link" label="Link to where it says so" optional type="url" />
    </div>
  )
}
