'use client'

import { KeyRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { ActionForm } from '@/components/ui/action-form'
import { LinkButton } from '@/components/ui/button'
import { Segmented, TextArea } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'
import { type Binding, DecideButton, type FieldWords, type StepUpAction, StepUpField, useDecision } from './decision'

/** What every form of a decision is given. */
export type Deciding = {
  slot: { key: string; title: string }
  sealedHash: string
  stepUp: StepUpAction
  /** The address of this step, and of what is decided on. */
  here: string
  back: string
}

/** One decision on one sealed text: its own fields, the password, the button with its verb, and the way back. Nothing is ticked beforehand. */
export function DecisionForm({
  of,
  slot,
  sealedHash,
  decision,
  verb,
  pendingLabel,
  stepUp,
  decide,
  whyNotYet,
  here,
  back,
  silentDone,
  children,
}: Deciding & {
  /** What is decided on, as the hidden field that names it. */
  of: Record<string, string>
  decision: Binding['decision']
  verb: string
  pendingLabel: string
  decide: FormAction
  whyNotYet: (form: FormData) => FieldWords
  silentDone?: boolean
  children: ReactNode
}) {
  const { action, stepUpState } = useDecision({ stepUp, decide, binding: { sealedHash, slot: slot.key, decision }, whyNotYet })
  const name = `${verb} as ${slot.title}`
  return (
    <ActionForm
      action={action}
      hidden={{ ...of, slot: slot.key, sealedHash }}
      label={name}
      keepOnDone
      silentDone={silentDone}
      className="form ceremony"
    >
      {children}
      <StepUpField {...stepUpState} />
      <section aria-label="Actions" className="pbar">
        <DecideButton
          here={here}
          variant={decision === 'decline' ? 'danger' : undefined}
          icon={decision === 'approve' ? <KeyRound size={18} /> : undefined}
          pendingLabel={pendingLabel}
        >
          {name}
        </DecideButton>
        <LinkButton href={back} size="lg">
          Go back
        </LinkButton>
      </section>
    </ActionForm>
  )
}

/** Words for a box that is not ticked. */
export function whyNotConfirmed(form: FormData, sentence: string): FieldWords {
  return form.get('confirmed') === 'yes' ? {} : { confirmed: [sentence] }
}

/** Words for a reason that is too short to be one. */
export function whyNotReasoned(form: FormData): FieldWords {
  return String(form.get('reason') ?? '').trim().length < 3 ? { reason: ['Say why, in a few words.'] } : {}
}

/** Words for a decline that does not say what it is about, or why. */
export function whyNotDeclined(form: FormData): FieldWords {
  return { ...(form.get('reasonKind') ? {} : { reasonKind: ['Choose what the reason is about.'] }), ...whyNotReasoned(form) }
}

/** Why not: one text that stays on the record. `reader` begins the hint: who reads it. */
export function ReasonField({ reader }: { reader: string }) {
  return (
    <TextArea
      name="reason"
      label="Why"
      rows={4}
      maxLength={2000}
      hint={`${reader} it, and it stays on the record. Never a value of a secret.`}
    />
  )
}

/** What a decline is about, and why. */
export function DeclineFields({ reader }: { reader: string }) {
  return (
    <>
      <Segmented
        name="reasonKind"
        label="It is about"
        options={[
          { value: 'evidence', label: 'Evidence' },
          { value: 'risk', label: 'Risk' },
          { value: 'timing', label: 'Timing' },
          { value: 'other', label: 'Something else' },
        ]}
      />
      <ReasonField reader={reader} />
    </>
  )
}
