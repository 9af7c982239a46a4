'use client'

import { KeyRound } from 'lucide-react'
import { DecideButton, type StepUpAction, StepUpField, useDecision } from '@/components/promotion/ceremony-decision'
import { ActionForm } from '@/components/ui/action-form'
import { LinkButton } from '@/components/ui/button'
import { Checkbox, Segmented, TextArea } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

type Common = {
  rotation: string
  slot: { key: string; title: string }
  sealedHash: string
  stepUp: StepUpAction
  /** The address of this step, and of the runbook. */
  here: string
  back: string
}

/** Confirms the statement, steps up and approves the plan. The box is never ticked beforehand. */
export function ApproveForm({ rotation, slot, sealedHash, stepUp, approve, here, back }: Common & { approve: FormAction }) {
  const { action, stepUpState } = useDecision({
    stepUp,
    decide: approve,
    binding: { sealedHash, slot: slot.key, decision: 'approve' },
    whyNotYet: (form): Record<string, string[]> =>
      form.get('confirmed') === 'yes' ? {} : { confirmed: ['Tick the box: it says that you have read the plan.'] },
  })
  return (
    <ActionForm
      action={action}
      hidden={{ rotation, slot: slot.key, sealedHash }}
      label={`Approve as ${slot.title}`}
      keepOnDone
      className="form ceremony"
    >
      <Checkbox name="confirmed" value="yes" label="I have read the plan, the steps and the way back." />
      <StepUpField {...stepUpState} />
      <section aria-label="Actions" className="pbar">
        <DecideButton here={here} icon={<KeyRound size={18} />} pendingLabel="Confirming and approving">
          Approve as {slot.title}
        </DecideButton>
        <LinkButton href={back} size="lg">
          Go back
        </LinkButton>
      </section>
    </ActionForm>
  )
}

/** Says why, steps up and declines the plan. The reason stays on the page whatever is refused. */
export function DeclineForm({ rotation, slot, sealedHash, stepUp, decline, here, back }: Common & { decline: FormAction }) {
  const { action, stepUpState } = useDecision({
    stepUp,
    decide: decline,
    binding: { sealedHash, slot: slot.key, decision: 'decline' },
    whyNotYet: (form) => ({
      ...(form.get('reasonKind') ? {} : { reasonKind: ['Choose what the reason is about.'] }),
      ...(String(form.get('reason') ?? '').trim().length < 3 ? { reason: ['Say why, in a few words.'] } : {}),
    }),
  })
  return (
    <ActionForm
      action={action}
      hidden={{ rotation, slot: slot.key, sealedHash }}
      label={`Decline as ${slot.title}`}
      keepOnDone
      className="form ceremony"
    >
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
      <TextArea
        name="reason"
        label="Why"
        rows={4}
        maxLength={2000}
        hint="Its owners read it, and it stays on the record. Never a value of a secret."
      />
      <StepUpField {...stepUpState} />
      <section aria-label="Actions" className="pbar">
        <DecideButton here={here} variant="danger" pendingLabel="Confirming and declining">
          Decline as {slot.title}
        </DecideButton>
        <LinkButton href={back} size="lg">
          Go back
        </LinkButton>
      </section>
    </ActionForm>
  )
}
