'use client'

import { useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Segmented, Select, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

export type OpenWay = { id: string; from: string; to: string; gates: number; slots: readonly string[] }

/** Opens a promotion of a registered release along a way of the policy; nothing else is offered (000.31). The window is optional and can be set later. */
export function OpenForm({
  action,
  system,
  ways,
  releases,
  chosen,
  whyNot,
}: {
  action: FormAction
  system: { slug: string; name: string }
  ways: readonly OpenWay[]
  releases: readonly { version: string; note: string }[]
  chosen: { version?: string; way?: string }
  whyNot: Why
}) {
  const [id, setId] = useState(chosen.way ?? ways[0]?.id ?? '')
  const way = ways.find((each) => each.id === id)
  return (
    <ActionForm
      action={action}
      hidden={{ system: system.slug, from: way?.from, to: way?.to }}
      label={`Start a promotion of ${system.name}`}
    >
      {whyNot ? null : (
        <>
          <Select
            name="version"
            label="Release"
            defaultValue={chosen.version ?? releases[0]?.version}
            options={releases.map(({ version, note }) => ({ value: version, label: `${version}, ${note}` }))}
            hint="The newest builds. Register a release first if it is not here."
          />
          <Segmented
            name="way"
            label="Way"
            defaultValue={id}
            options={ways.map((each) => ({ value: each.id, label: `${each.from} to ${each.to}` }))}
            onValue={setId}
            hint={way ? `${way.gates} ${way.gates === 1 ? 'gate' : 'gates'}, then signed by ${way.slots.join(', ')}.` : undefined}
          />
          <div className="grid gap-3 sm:grid-cols-2">
            <TextInput name="windowStartsAt" label="Window opens, UTC" optional type="datetime-local" />
            <TextInput name="windowEndsAt" label="Window closes, UTC" optional type="datetime-local" />
          </div>
        </>
      )}
      <SubmitButton refusal={whyNot} pendingLabel="Opening">
        Open the promotion
      </SubmitButton>
    </ActionForm>
  )
}
