'use client'

import { useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { CheckboxGroup, type Option, Select, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

type Props = {
  action: FormAction
  systems: readonly Option[]
  canAll: boolean
  agents: readonly Option[]
  canPlain: boolean
  scopes: readonly Option[]
  maxDays: number
}

/** Makes a token and shows it this once: afterwards only its first and last characters are known. */
export function TokenForm({ action, systems, canAll, agents, canPlain, scopes, maxDays }: Props) {
  const [secret, setSecret] = useState<string | null>(null)
  if (secret !== null) {
    return (
      <div className="grid gap-3" role="status">
        <p>Put it into your pipeline’s secrets now. It is not shown again; only its hash is kept.</p>
        <p className="mono break-all">{secret}</p>
        <div className="btns">
          <CopyButton text={secret} label="Copy the token" variant="primary" size="md" />
          <Button onClick={() => setSecret(null)}>Done, hide it</Button>
        </div>
      </div>
    )
  }
  return (
    <ActionForm
      action={async (previous, form) => {
        const answer = await action(previous, form)
        if (answer.status === 'done') setSecret(answer.message)
        return answer
      }}
      label="Make a token"
      silentDone
    >
      <TextInput name="name" label="Name" autoComplete="off" hint="Where it is used: “release pipeline”." required />
      {agents.length > 0 ? (
        <Select
          name="agent"
          label="Acts as"
          options={canPlain ? [{ value: '', label: 'Itself, with your roles' }, ...agents] : agents}
          hint="As an agent it has the agent’s roles and belongs to whoever answers for the agent."
        />
      ) : null}
      <Select name="system" label="For" options={canAll ? [...systems, { value: '', label: 'Every system' }] : systems} />
      <CheckboxGroup name="scopes" label="May" options={scopes} defaultValues={['read', 'evidence:bring']} />
      <TextInput
        name="gates"
        label="Only for these gates"
        optional
        mono
        autoComplete="off"
        hint="Ids of gates, separated by commas. Without any: every gate."
      />
      <TextInput
        name="days"
        label="Lives for (days)"
        type="number"
        inputMode="numeric"
        min={1}
        max={maxDays}
        defaultValue="30"
        hint={`At most ${maxDays} days.`}
      />
      <div className="btns">
        <SubmitButton pendingLabel="Making the token">Make the token</SubmitButton>
      </div>
    </ActionForm>
  )
}
