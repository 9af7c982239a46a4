'use client'

import { useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { DeniedButton, type Why } from '@/components/ui/button'
import { useViewerClock } from '@/components/ui/clock-context'
import { Disclosure } from '@/components/ui/disclosure'
import { Segmented, TextArea, TextInput } from '@/components/ui/field'
import { formatLocal, formatTimeUtc, toIso } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'

type Common = { action: FormAction; fallback: string; whyNot: Why }

/** Ends an open use before its time: it loosens nothing, so it is one press. */
export function CloseNowForm({ action, fallback, whyNot }: Common) {
  return (
    <ActionForm action={action} hidden={{ fallback }} label={`Close ${fallback} now`} silentDone>
      <SubmitButton variant="alarm" size="lg" full refusal={whyNot} pendingLabel="Closing">
        Close now
      </SubmitButton>
    </ActionForm>
  )
}

/** Asks for the one extension; a second person grants it. The new end is counted from now, as the rule's longest is. */
export function ExtendForm({ action, fallback, whyNot, lengths }: Common & { lengths: readonly { ms: number; label: string }[] }) {
  const { now, zone } = useViewerClock()
  const [length, setLength] = useState(lengths.at(-1)?.ms ?? 0)
  if (whyNot)
    return (
      <DeniedButton refusal={whyNot} full>
        Extend once
      </DeniedButton>
    )
  const ends = now === null ? null : now + length
  const local = ends === null ? null : formatLocal(ends, zone)
  return (
    <Disclosure button summary="Extend once">
      <ActionForm action={action} hidden={{ fallback, forMs: length }} label={`Extend ${fallback}`} silentDone>
        <Segmented
          name="length"
          label="For how long from now"
          options={lengths.map(({ ms, label }) => ({ value: String(ms), label }))}
          defaultValue={String(length)}
          onValue={(value) => setLength(Number(value))}
        />
        {ends === null ? null : (
          <p className="c2 t-xs num">
            It would close by itself at{' '}
            <time dateTime={toIso(ends)} suppressHydrationWarning>
              {formatTimeUtc(ends)}
              {local ? ` (${local})` : ''}
            </time>
            . Until somebody else grants it, the end stays as it is.
          </p>
        )}
        <TextInput name="reason" label="Why it takes longer" maxLength={500} />
        <SubmitButton variant="default" pendingLabel="Asking">
          Ask to extend {fallback}
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** Takes a request back that nobody has decided on. */
export function WithdrawForm({ action, fallback, whyNot }: Common) {
  if (whyNot)
    return (
      <DeniedButton refusal={whyNot} full>
        Withdraw the request
      </DeniedButton>
    )
  return (
    <Disclosure button danger summary="Withdraw the request">
      <ActionForm action={action} hidden={{ fallback }} label={`Withdraw ${fallback}`} silentDone>
        <TextInput name="reason" label="Why" maxLength={500} />
        <SubmitButton variant="danger" pendingLabel="Withdrawing">
          Withdraw {fallback}
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** Says how it was cleaned up after: what shows that it is gone, and whether anything was exposed (then it has to be rotated). */
export function CleanUpForm({ action, fallback, whyNot, evidence, isFile }: Common & { evidence: boolean; isFile: boolean }) {
  if (whyNot)
    return (
      <DeniedButton refusal={whyNot} full>
        Record the clean-up
      </DeniedButton>
    )
  return (
    <ActionForm action={action} hidden={{ fallback }} label={`Clean up after ${fallback}`} silentDone>
      <TextArea
        name="note"
        label={isFile ? 'How it was seen that the file is gone' : 'How it was seen that it is over'}
        optional={!evidence}
        rows={3}
        maxLength={2000}
        hint="What was looked at, and with what result. Never a value of a secret."
      />
      <TextInput name="link" type="url" label="Where the evidence is" optional hint="An address; it is never fetched." maxLength={2000} />
      <Segmented
        name="exposed"
        label="Was anything exposed to somebody or something that must not have it?"
        options={[
          { value: 'no', label: 'No' },
          { value: 'yes', label: 'Yes, or not sure' },
        ]}
        hint="Yes: what was used is owed a rotation, and promotions to the profile wait for it."
      />
      <SubmitButton size="lg" full pendingLabel="Recording">
        Record the clean-up
      </SubmitButton>
    </ActionForm>
  )
}

/** What a second person found. A concern is recorded as one; it does not undo what happened. */
export function ReviewForm({ action, fallback, whyNot }: Common) {
  if (whyNot)
    return (
      <DeniedButton refusal={whyNot} full>
        Review {fallback}
      </DeniedButton>
    )
  return (
    <ActionForm action={action} hidden={{ fallback }} label={`Review ${fallback}`} silentDone>
      <Segmented
        name="finding"
        label="What you found"
        options={[
          { value: 'accepted', label: 'Accepted' },
          { value: 'concern', label: 'A concern' },
        ]}
      />
      <TextArea name="note" label="What you looked at" rows={3} maxLength={2000} hint="It stays on the record." />
      <SubmitButton size="lg" full pendingLabel="Recording">
        Record the review
      </SubmitButton>
    </ActionForm>
  )
}
