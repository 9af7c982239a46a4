'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { Select, TextArea, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

/**
 * Ticks one item of a run: done, failed (with what failed), or not applicable where the list asks a question. Each answer that is not open to
 * the viewer says why. The note never holds a value of a secret.
 */
export function TickForm({
  action,
  run,
  item,
  doneWords,
  asks,
  whyNot,
}: {
  action: FormAction
  run: string
  item: string
  doneWords: string
  asks: string | null
  whyNot: { done: Why; failed: Why; not_applicable: Why }
}) {
  return (
    <ActionForm action={action} hidden={{ run, item }} label={`Tick: ${doneWords}`} silentDone className="grid gap-3">
      {whyNot.done ? null : (
        <div className="grid items-start gap-3 sm:grid-cols-2">
          <TextInput
            name="note"
            label="Note"
            optional
            hint={asks ? `Needed when it failed or does not apply (${asks}).` : 'Needed when it failed.'}
          />
          <TextInput name="link" label="Link to where it says so" optional type="url" />
        </div>
      )}
      <div className="btns">
        <SubmitButton name="state" value="done" refusal={whyNot.done} pendingLabel="Recording">
          Done
        </SubmitButton>
        {whyNot.done ? null : (
          <>
            <SubmitButton name="state" value="failed" variant="danger" refusal={whyNot.failed} pendingLabel="Recording">
              It failed
            </SubmitButton>
            {asks ? (
              <SubmitButton name="state" value="not_applicable" variant="default" refusal={whyNot.not_applicable} pendingLabel="Recording">
                Does not apply
              </SubmitButton>
            ) : null}
          </>
        )}
      </div>
    </ActionForm>
  )
}

/** Takes the last tick of an item back. Earlier ticks stay on the record. */
export function UntickForm({
  action,
  run,
  item,
  words,
  whyNot,
}: {
  action: FormAction
  run: string
  item: string
  words: string
  whyNot: Why
}) {
  return (
    <ActionForm action={action} hidden={{ run, item, state: 'open' }} label={`Take back: ${words}`} silentDone className="inline">
      <SubmitButton variant="ghost" size="sm" refusal={whyNot} pendingLabel="Taking back">
        Take back
      </SubmitButton>
    </ActionForm>
  )
}

/** Chooses by which of the offered ways a run is walked. */
export function VariantForm({
  action,
  run,
  choices,
  current,
}: {
  action: FormAction
  run: string
  choices: readonly { id: string; title: string }[]
  current: string | null
}) {
  return (
    <ActionForm action={action} hidden={{ run }} label="Choose how it is done" silentDone className="flex flex-wrap items-end gap-2">
      <Select
        name="variant"
        label="How it is done here"
        defaultValue={current ?? ''}
        placeholder="Choose"
        options={choices.map(({ id, title }) => ({ value: id, label: title }))}
      />
      <SubmitButton variant="default" pendingLabel="Choosing">
        Choose
      </SubmitButton>
    </ActionForm>
  )
}

/** Starts a checklist for one release and profile. */
export function StartRunForm({
  action,
  system,
  version,
  profile,
  checklist,
  title,
  whyNot,
  primary,
}: {
  action: FormAction
  system: string
  version: string
  profile: string
  checklist: string
  title: string
  whyNot: Why
  primary?: boolean
}) {
  return (
    <ActionForm
      action={action}
      hidden={{ system, version, profile, checklist }}
      label={`Start ${title}`}
      silentDone
      className="grid justify-items-start gap-2"
    >
      <SubmitButton variant={primary ? 'primary' : 'default'} refusal={whyNot} pendingLabel="Starting">
        Start the {title.charAt(0).toLowerCase() + title.slice(1)}
      </SubmitButton>
    </ActionForm>
  )
}

/** Imports a checklist from a Markdown file or from pasted text. */
export function ImportForm({
  action,
  system,
  checklist,
  fileName,
  whyNot,
}: {
  action: FormAction
  system: string
  checklist: string
  fileName: string
  whyNot: Why
}) {
  if (whyNot) {
    return (
      <ActionForm action={action} label="Import" className="grid">
        <SubmitButton refusal={whyNot}>Import {fileName}</SubmitButton>
      </ActionForm>
    )
  }
  return (
    <Disclosure button summary={`Import ${fileName}`}>
      <ActionForm action={action} hidden={{ system, checklist }} label={`Import ${fileName}`}>
        <TextInput name="fileName" label="File name" defaultValue={fileName} mono />
        <div className="field">
          <label htmlFor={`file-${checklist}`}>
            Markdown file <span className="opt">(optional)</span>
          </label>
          <input id={`file-${checklist}`} name="file" type="file" accept=".md,.markdown,text/markdown,text/plain" className="in" />
          <div className="hint">
            Task list items (- [ ] text), headings as groups, nested items, commands in code blocks, “Expected:” lines. At most 256 KiB.
          </div>
        </div>
        <TextArea name="source" label="Or paste the list" optional rows={8} mono />
        <SubmitButton pendingLabel="Reading the list">Import as the next version</SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** Starts a checklist for a release and profile chosen here. */
export function StartChoiceForm({
  action,
  system,
  checklist,
  title,
  releases,
  profiles,
  whyNot,
}: {
  action: FormAction
  system: string
  checklist: string
  title: string
  releases: readonly string[]
  profiles: readonly string[]
  whyNot: Why
}) {
  if (whyNot || releases.length === 0) {
    return (
      <ActionForm action={action} label={`Start ${title}`} className="grid">
        <SubmitButton refusal={whyNot ?? { sentence: 'No release is registered yet. Register one first.' }}>
          Start it for a release
        </SubmitButton>
      </ActionForm>
    )
  }
  return (
    <Disclosure button summary="Start it for a release">
      <ActionForm action={action} hidden={{ system, checklist }} label={`Start ${title}`}>
        <Select
          name="version"
          label="Release"
          options={releases.map((version) => ({ value: version, label: version }))}
          defaultValue={releases[0]}
        />
        <Select
          name="profile"
          label="On its way to"
          options={profiles.map((id) => ({ value: id, label: id }))}
          defaultValue={profiles.at(-1)}
        />
        <SubmitButton variant="default" pendingLabel="Starting">
          Start {title}
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}
