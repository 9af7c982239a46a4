'use client'

import { type Deciding, DecisionForm, DeclineFields, whyNotConfirmed, whyNotDeclined } from '@/components/ceremony/decision-form'
import { Checkbox } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

type Common = Deciding & { rotation: string }

/** Confirms the statement, steps up and approves the plan. The box is never ticked beforehand. */
export function ApproveForm({ rotation, approve, ...deciding }: Common & { approve: FormAction }) {
  return (
    <DecisionForm
      {...deciding}
      of={{ rotation }}
      decision="approve"
      verb="Approve"
      pendingLabel="Confirming and approving"
      decide={approve}
      whyNotYet={(form) => whyNotConfirmed(form, 'Tick the box: it says that you have read the plan.')}
    >
      <Checkbox name="confirmed" value="yes" label="I have read the plan, the steps and the way back." />
    </DecisionForm>
  )
}

/** Says why, steps up and declines the plan. The reason stays on the page whatever is refused. */
export function DeclineForm({ rotation, decline, ...deciding }: Common & { decline: FormAction }) {
  return (
    <DecisionForm
      {...deciding}
      of={{ rotation }}
      decision="decline"
      verb="Decline"
      pendingLabel="Confirming and declining"
      decide={decline}
      whyNotYet={whyNotDeclined}
    >
      <DeclineFields reader="Its owners read" />
    </DecisionForm>
  )
}
