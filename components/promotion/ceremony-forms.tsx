'use client'

import { KeyRound } from 'lucide-react'
import { ActionForm } from '@/components/ui/action-form'
import { LinkButton } from '@/components/ui/button'
import { Checkbox, Segmented, TextArea } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'
import { DecideButton, type StepUpAction, StepUpField, useDecision } from './ceremony-decision'

type Common = {
  promotion: string
  slot: { key: string; title: string }
  sealedHash: string
  stepUp: StepUpAction
  /** The address of this step, and of the dossier. */
  here: string
  back: string
}

/** Confirms the statement, steps up and signs. Nothing is ticked beforehand; an older version takes a tick of its own. */
export function SignForm({
  promotion,
  slot,
  sealedHash,
  stepUp,
  sign,
  older,
  exceptions,
  here,
  back,
}: Common & { sign: FormAction; older: { version: string; live: string; profile: string } | null; exceptions: number }) {
  const { action, stepUpState } = useDecision({
    stepUp,
    decide: sign,
    binding: { sealedHash, slot: slot.key, decision: 'approve' },
    whyNotYet: (form) => ({
      ...(older && form.get('acceptsOlder') !== 'yes'
        ? { acceptsOlder: [`Tick that you know that ${older.live} is newer and runs there.`] }
        : {}),
      ...(form.get('confirmed') === 'yes' ? {} : { confirmed: ['Tick the box: it says that you have read the dossier.'] }),
    }),
  })
  return (
    <ActionForm
      action={action}
      hidden={{ promotion, slot: slot.key, sealedHash }}
      label={`Sign as ${slot.title}`}
      keepOnDone
      className="form ceremony"
    >
      {older ? (
        <Checkbox
          name="acceptsOlder"
          value="yes"
          label={`I know that ${older.version} is older than ${older.live}, which runs on ${older.profile} now.`}
        />
      ) : null}
      <Checkbox name="confirmed" value="yes" label={`I have read the dossier${exceptionWords(exceptions)}.`} />
      <StepUpField {...stepUpState} />
      <section aria-label="Actions" className="pbar">
        <DecideButton here={here} icon={<KeyRound size={18} />} pendingLabel="Confirming and signing">
          Sign as {slot.title}
        </DecideButton>
        <LinkButton href={back} size="lg">
          Go back
        </LinkButton>
      </section>
    </ActionForm>
  )
}

const exceptionWords = (count: number) =>
  count === 0 ? '' : count === 1 ? ' and the exception above' : ` and the ${count} exceptions above`

/** Says why, steps up and declines. The reason stays on the page whatever is refused. */
export function DeclineForm({ promotion, slot, sealedHash, stepUp, decline, here, back }: Common & { decline: FormAction }) {
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
      hidden={{ promotion, slot: slot.key, sealedHash }}
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
        hint="The Release Manager reads it, and it stays on the record. Never a value of a secret."
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
