'use client'

import { type Deciding, DecisionForm, ReasonField, whyNotConfirmed, whyNotReasoned } from '@/components/ceremony/decision-form'
import { Checkbox } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

type Props = Deciding & { fallback: string; decide: FormAction }

/** Confirms what is allowed, steps up and grants. */
export function GrantForm({ fallback, ...deciding }: Props) {
  return (
    <DecisionForm
      {...deciding}
      of={{ fallback }}
      decision="approve"
      verb="Grant"
      pendingLabel="Confirming and granting"
      whyNotYet={(form) => whyNotConfirmed(form, 'Tick the box: it says that you have read what you allow.')}
      silentDone
    >
      <Checkbox name="confirmed" value="yes" label="I have read what I allow, until when and why." />
    </DecisionForm>
  )
}

/** Says why, steps up and refuses. */
export function RefuseForm({ fallback, ...deciding }: Props) {
  return (
    <DecisionForm
      {...deciding}
      of={{ fallback }}
      decision="decline"
      verb="Refuse"
      pendingLabel="Confirming and refusing"
      whyNotYet={whyNotReasoned}
      silentDone
    >
      <ReasonField reader="Whoever asked reads" />
    </DecisionForm>
  )
}
