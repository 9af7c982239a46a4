'use client'

import { useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { CheckboxGroup, Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import type { FormAction } from '@/lib/http/form-state'
import { routes } from '@/lib/routes'

export type OpenWay = {
  id: string
  from: string
  to: string
  gates: number
  slots: readonly string[]
  /** Who signs in an emergency and what may be skipped; null where the policy has none. */
  emergency: { slots: readonly string[]; skippable: readonly { id: string; title: string }[]; never: readonly string[] } | null
}

export type OpenIncident = { id: string; title: string; severity: string }

/** Opens a promotion of a registered release along a way of the policy; nothing else is offered (000.31). The window is optional and can be set later. */
export function OpenForm({
  action,
  system,
  ways,
  releases,
  incidents,
  chosen,
  whyNot,
}: {
  action: FormAction
  system: { slug: string; name: string }
  ways: readonly OpenWay[]
  releases: readonly { version: string; note: string }[]
  incidents: readonly OpenIncident[]
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
          {way ? <Emergency key={way.id} way={way} system={system} incidents={incidents} /> : null}
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

/** Makes it an emergency: possible only where the policy has one and while an incident is open. What it skips and does not sign is owed afterwards. */
function Emergency({
  way,
  system,
  incidents,
}: {
  way: OpenWay
  system: { slug: string; name: string }
  incidents: readonly OpenIncident[]
}) {
  const [kind, setKind] = useState('no')
  const { emergency } = way
  if (!emergency) return null
  if (incidents.length === 0)
    return (
      <p className="c3 t-xs">
        No incident of {system.name} is open, so this can only be an ordinary promotion.{' '}
        <Link className="link" href={routes.incidentNew({ system: system.slug })}>
          Declare an incident
        </Link>
      </p>
    )
  return (
    <>
      <Segmented
        name="emergency"
        label="Kind"
        defaultValue={kind}
        options={[
          { value: 'no', label: 'Ordinary' },
          { value: 'yes', label: 'Emergency' },
        ]}
        onValue={setKind}
        hint={
          kind === 'yes'
            ? `Signed by ${emergency.slots.join(' and ')} only. The ordinary signers review it afterwards, and it shows everywhere as an emergency.`
            : undefined
        }
      />
      {kind === 'yes' ? (
        <>
          <Status status="glass" long>
            It goes no further once the incident is closed.
          </Status>
          <Select
            name="incident"
            label="Incident"
            defaultValue={incidents[0]?.id}
            options={incidents.map(({ id, title, severity }) => ({ value: id, label: `${id}, ${severity}, ${title}` }))}
          />
          {emergency.skippable.length > 0 ? (
            <CheckboxGroup
              name="skipGates"
              label="Gates that cannot wait"
              hint={`Each is owed afterwards.${emergency.never.length > 0 ? ` Holds even now: ${emergency.never.join(', ')}.` : ''}`}
              options={emergency.skippable.map(({ id, title }) => ({ value: id, label: title }))}
            />
          ) : null}
          <TextArea
            name="skipReason"
            label="Why they cannot wait"
            optional
            rows={3}
            maxLength={2000}
            hint="Needed as soon as one is ticked. Never a value of a secret."
          />
        </>
      ) : null}
    </>
  )
}
