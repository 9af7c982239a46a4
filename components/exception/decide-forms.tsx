'use client'

import { type Deciding, DecisionForm, DeclineFields, whyNotConfirmed, whyNotDeclined } from '@/components/ceremony/decision-form'
import { Checkbox, TextArea } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

type Common = Deciding & { exception: string }

/** Confirms the statement, possibly under conditions, steps up and approves. The box is never ticked beforehand. */
export function ApproveForm({ exception, approve, ...deciding }: Common & { approve: FormAction }) {
  return (
    <DecisionForm
      {...deciding}
      of={{ exception }}
      decision="approve"
      verb="Approve"
      pendingLabel="Confirming and approving"
      decide={approve}
      whyNotYet={(form) => whyNotConfirmed(form, 'Tick the box: it says that you have read what you approve.')}
    >
      <TextArea
        name="conditions"
        label="On condition"
        optional
        rows={2}
        maxLength={2000}
        hint="One a line. They stand in your statement and on the record, and only narrow what is approved."
      />
      <Checkbox name="confirmed" value="yes" label="I have read what deviates, until when, and how it gets fixed." />
    </DecisionForm>
  )
}

/** Says why, steps up and declines. The reason stays on the page whatever is refused. */
export function DeclineForm({ exception, decline, ...deciding }: Common & { decline: FormAction }) {
  return (
    <DecisionForm
      {...deciding}
      of={{ exception }}
      decision="decline"
      verb="Decline"
      pendingLabel="Confirming and declining"
      decide={decline}
      whyNotYet={whyNotDeclined}
    >
      <DeclineFields reader="Its owner reads" />
    </DecisionForm>
  )
}
