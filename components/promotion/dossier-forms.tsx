'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { DeniedButton } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { TextArea, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

type Common = { action: FormAction; promotion: string; whyNot: Why }

/** Seals the next version. Everything is judged and hashed on the server; a gap is named under the button. */
export function SealForm({ action, promotion, number, whyNot, primary }: Common & { number: number; primary?: boolean }) {
  return (
    <ActionForm action={action} hidden={{ promotion }} label={`Seal version ${number}`} className="grid gap-2">
      <SubmitButton variant={primary ? 'primary' : 'default'} size={primary ? 'lg' : 'md'} full refusal={whyNot} pendingLabel="Sealing">
        Seal version {number}
      </SubmitButton>
    </ActionForm>
  )
}

/** Sets or removes the window, in UTC. `startsAt` and `endsAt` are `YYYY-MM-DDTHH:mm`, empty for none. `sealed` says which version falls by it. */
export function WindowForm({
  action,
  promotion,
  startsAt,
  endsAt,
  sealed,
  whyNot,
}: Common & { startsAt: string; endsAt: string; sealed: number | null }) {
  if (whyNot) return <DeniedButton refusal={whyNot}>Set the window</DeniedButton>
  const cost = sealed === null ? 'In UTC.' : `In UTC. Version ${sealed} is void by a change, and everyone signs again.`
  return (
    <Disclosure button summary={startsAt ? 'Change the window' : 'Set a window'}>
      <ActionForm action={action} hidden={{ promotion }} label="Window" keepOnDone className="grid gap-3">
        <TextInput name="startsAt" label="Opens, UTC" type="datetime-local" defaultValue={startsAt} />
        <TextInput name="endsAt" label="Closes, UTC" type="datetime-local" defaultValue={endsAt} hint={cost} />
        <SubmitButton variant="default" pendingLabel="Setting">
          Set the window
        </SubmitButton>
      </ActionForm>
      {startsAt ? (
        <ActionForm action={action} hidden={{ promotion, startsAt: '', endsAt: '' }} label="Remove the window" className="mt-2 grid gap-2">
          <SubmitButton variant="ghost" pendingLabel="Removing">
            Remove the window
          </SubmitButton>
        </ActionForm>
      ) : null}
    </Disclosure>
  )
}

/** Pins the promotion to the active policy version. */
export function RepinForm({ action, promotion, from, to, sealed, whyNot }: Common & { from: number; to: number; sealed: number | null }) {
  if (whyNot) return <DeniedButton refusal={whyNot}>Pin to policy version {to}</DeniedButton>
  return (
    <Disclosure button summary={`Pin to policy version ${to}`}>
      <ActionForm action={action} hidden={{ promotion }} label={`Pin to policy version ${to}`} className="grid gap-3">
        <p className="c2 t-xs">
          Gates and slots are then those of version {to} instead of {from}.
          {sealed === null ? '' : ` Version ${sealed} of the dossier is void by it, and everyone signs again.`}
        </p>
        <SubmitButton variant="default" pendingLabel="Pinning">
          Pin to version {to}
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** Withdraws the whole promotion: a second step, and a reason. */
export function WithdrawForm({ action, promotion, whyNot }: Common) {
  if (whyNot) return <DeniedButton refusal={whyNot}>Withdraw the promotion</DeniedButton>
  return (
    <Disclosure button danger summary="Withdraw the promotion">
      <ActionForm action={action} hidden={{ promotion }} label="Withdraw the promotion" className="grid gap-3">
        <TextArea
          name="reason"
          label="Why it is withdrawn"
          rows={3}
          hint="It ends for good and everything stays readable. Never a value of a secret."
        />
        <SubmitButton variant="danger" pendingLabel="Withdrawing">
          Withdraw {promotion}
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}

/** Adds a question or an answer to the discussion. The hash stays as it is. */
export function AskForm({ action, promotion, whyNot }: Common) {
  if (whyNot) return <DeniedButton refusal={whyNot}>Add to the discussion</DeniedButton>
  return (
    <ActionForm action={action} hidden={{ promotion }} label="Discussion" className="grid max-w-[680px] gap-3">
      <TextArea name="text" label="Your question or answer" rows={3} hint="Whoever signs later is told of it. Never a value of a secret." />
      <div>
        <SubmitButton variant="default" pendingLabel="Adding">
          Add to the discussion
        </SubmitButton>
      </div>
    </ActionForm>
  )
}
