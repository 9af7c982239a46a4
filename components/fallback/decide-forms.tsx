'use client'

import { KeyRound } from 'lucide-react'
import { ActionForm } from '@/components/ui/action-form'
import { LinkButton } from '@/components/ui/button'
import { Checkbox, TextArea } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'
import { DecideButton, type StepUpAction, StepUpField, useDecision } from '../promotion/ceremony-decision'

type Common = {
  fallback: string
  slot: { key: string; title: string }
  sealedHash: string
  stepUp: StepUpAction
  decide: FormAction
  /** The address of this step, and of the request. */
  here: string
  back: string
}

/** Confirms what is allowed, steps up and grants. Nothing is ticked beforehand. */
export function GrantForm({ fallback, slot, sealedHash, stepUp, decide, here, back }: Common) {
  const { action, stepUpState } = useDecision({
    stepUp,
    decide,
    binding: { sealedHash, slot: slot.key, decision: 'approve' },
    whyNotYet: (form) =>
      form.get('confirmed') === 'yes' ? {} : { confirmed: ['Tick the box: it says that you have read what you allow.'] },
  })
  return (
    <ActionForm
      action={action}
      hidden={{ fallback, slot: slot.key, sealedHash }}
      label={`Grant as ${slot.title}`}
      keepOnDone
      silentDone
      className="form ceremony"
    >
      <Checkbox name="confirmed" value="yes" label="I have read what I allow, until when and why." />
      <StepUpField {...stepUpState} />
      <section aria-label="Actions" className="pbar">
        <DecideButton here={here} icon={<KeyRound size={18} />} pendingLabel="Confirming and granting">
          Grant as {slot.title}
        </DecideButton>
        <LinkButton href={back} size="lg">
          Go back
        </LinkButton>
      </section>
    </ActionForm>
  )
}

/** Says why, steps up and refuses. */
export function RefuseForm({ fallback, slot, sealedHash, stepUp, decide, here, back }: Common) {
  const { action, stepUpState } = useDecision({
    stepUp,
    decide,
    binding: { sealedHash, slot: slot.key, decision: 'decline' },
    whyNotYet: (form) => (String(form.get('reason') ?? '').trim().length < 3 ? { reason: ['Say why, in a few words.'] } : {}),
  })
  return (
    <ActionForm
      action={action}
      hidden={{ fallback, slot: slot.key, sealedHash }}
      label={`Refuse as ${slot.title}`}
      keepOnDone
      silentDone
      className="form ceremony"
    >
      <TextArea
        name="reason"
        label="Why"
        rows={4}
        maxLength={2000}
        hint="Whoever asked reads it, and it stays on the record. Never a value of a secret."
      />
      <StepUpField {...stepUpState} />
      <section aria-label="Actions" className="pbar">
        <DecideButton here={here} variant="danger" pendingLabel="Confirming and refusing">
          Refuse as {slot.title}
        </DecideButton>
        <LinkButton href={back} size="lg">
          Go back
        </LinkButton>
      </section>
    </ActionForm>
  )
}
