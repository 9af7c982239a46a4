'use client'

import { type Deciding, DecisionForm, DeclineFields, whyNotConfirmed, whyNotDeclined } from '@/components/ceremony/decision-form'
import { Checkbox } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

type Common = Deciding & { promotion: string }

/** Confirms the statement, steps up and signs. Nothing is ticked beforehand; an older version takes a tick of its own. */
export function SignForm({
  promotion,
  sign,
  older,
  exceptions,
  ...deciding
}: Common & { sign: FormAction; older: { version: string; live: string; profile: string } | null; exceptions: number }) {
  return (
    <DecisionForm
      {...deciding}
      of={{ promotion }}
      decision="approve"
      verb="Sign"
      pendingLabel="Confirming and signing"
      decide={sign}
      whyNotYet={(form) => ({
        ...(older && form.get('acceptsOlder') !== 'yes'
          ? { acceptsOlder: [`Tick that you know that ${older.live} is newer and runs there.`] }
          : {}),
        ...whyNotConfirmed(form, 'Tick the box: it says that you have read the dossier.'),
      })}
    >
      {older ? (
        <Checkbox
          name="acceptsOlder"
          value="yes"
          label={`I know that ${older.version} is older than ${older.live}, which runs on ${older.profile} now.`}
        />
      ) : null}
      <Checkbox name="confirmed" value="yes" label={`I have read the dossier${exceptionWords(exceptions)}.`} />
    </DecisionForm>
  )
}

const exceptionWords = (count: number) =>
  count === 0 ? '' : count === 1 ? ' and the exception above' : ` and the ${count} exceptions above`

/** Says why, steps up and declines. The reason stays on the page whatever is refused. */
export function DeclineForm({ promotion, decline, ...deciding }: Common & { decline: FormAction }) {
  return (
    <DecisionForm
      {...deciding}
      of={{ promotion }}
      decision="decline"
      verb="Decline"
      pendingLabel="Confirming and declining"
      decide={decline}
      whyNotYet={whyNotDeclined}
    >
      <DeclineFields reader="The Release Manager reads" />
    </DecisionForm>
  )
}
