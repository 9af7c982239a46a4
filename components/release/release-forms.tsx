'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

/** Registers a release: what was built from which commit, what changes, and who contributed. */
export function RegisterReleaseForm({
  action,
  system,
  whyNot,
  accepts,
}: {
  action: FormAction
  system: string
  whyNot: Why
  accepts: string
}) {
  return (
    <ActionForm action={action} hidden={{ system }} label="Register a release">
      {whyNot ? null : (
        <>
          <TextInput name="version" label="Version" mono placeholder="2.14.0" />
          <TextInput name="gitSha" label="Git SHA" mono hint="The whole one, 40 digits, as git rev-parse HEAD prints it." />
          <TextInput name="artefact" label="Artefact" mono hint={`${accepts} A tag that can be set again is refused.`} />
          <TextInput
            name="buildDate"
            label="Build date, UTC"
            mono
            placeholder="2026-11-19T09:05:00Z"
            hint="BUILD_DATE of the build stamp."
          />
          <TextInput name="appVersion" label="APP_VERSION" optional mono hint="Where it differs from the version." />
          <Segmented
            name="schemaBackwardCompatible"
            label="Does the application before it still run on its schema?"
            options={[
              { value: 'yes', label: 'Yes' },
              { value: 'no', label: 'No' },
              { value: '', label: 'Not known' },
            ]}
            defaultValue=""
            hint="Not known counts as no when somebody wants to go back."
          />
          <TextArea
            name="changes"
            label="Changes"
            optional
            rows={6}
            mono
            hint="One a line: fix: What changed, in one sentence (#12). Kinds: feature, fix, config, security, docs, other."
          />
          <TextArea
            name="contributors"
            label="Contributors"
            optional
            rows={4}
            mono
            hint="One a line: the e-mail address the commits carry, and how many. Authors, committers and co-authors each count; contributors do not sign towards a production-like profile."
          />
        </>
      )}
      <div className="btns">
        <SubmitButton refusal={whyNot} pendingLabel="Registering">
          Register the release
        </SubmitButton>
      </div>
    </ActionForm>
  )
}

/** Approves the bundle of a release (000.5). */
export function ApproveBundleForm({
  action,
  system,
  version,
  whyNot,
}: {
  action: FormAction
  system: string
  version: string
  whyNot: Why
}) {
  return (
    <ActionForm action={action} hidden={{ system, version }} label="Approve the bundle" silentDone className="grid gap-2">
      <SubmitButton refusal={whyNot} variant="default" pendingLabel="Approving">
        Approve the bundle of {version}
      </SubmitButton>
    </ActionForm>
  )
}

/** Brings evidence for one gate. It is immutable; bringing it again renews it. */
export function EvidenceForm({
  action,
  system,
  version,
  profile,
  gate,
  whyNot,
}: {
  action: FormAction
  system: string
  version: string
  profile: string
  gate: {
    id: string
    title: string
    kind: 'check' | 'attestation'
    command: string | null
    ranIn: string | null
    snapshots: readonly { digest: string; label: string }[] | null
  }
  whyNot: Why
}) {
  if (whyNot) {
    return (
      <ActionForm action={action} label={gate.title} className="grid">
        <SubmitButton size="sm" refusal={whyNot}>
          Bring evidence
        </SubmitButton>
      </ActionForm>
    )
  }
  return (
    <Disclosure summary={gate.kind === 'attestation' ? 'Attest it' : 'Bring evidence'}>
      <ActionForm
        action={action}
        hidden={{ system, version, profile, gate: gate.id, command: gate.command ?? undefined }}
        label={`Evidence for ${gate.title}`}
        silentDone
      >
        <Segmented
          name="verdict"
          label="Verdict"
          options={[
            { value: 'pass', label: 'It passed' },
            { value: 'fail', label: 'It failed' },
          ]}
        />
        <TextInput name="summary" label="What was found" hint="One line. Never a value of a secret." />
        {gate.snapshots ? (
          <Select
            name="snapshot"
            label="About which snapshot"
            placeholder="Choose"
            options={gate.snapshots.map(({ digest, label }) => ({ value: digest, label }))}
          />
        ) : null}
        {gate.kind === 'check' ? (
          <div className="grid gap-3 sm:grid-cols-2">
            {gate.command ? <TextInput name="exitCode" label="Exit code" optional mono inputMode="numeric" /> : null}
            <TextInput
              name="ranOn"
              label="Where it ran"
              optional={!gate.ranIn}
              hint={gate.ranIn ? `It has to run here: ${gate.ranIn}.` : undefined}
            />
          </div>
        ) : null}
        <TextInput name="link" label="Link to it" optional type="url" hint="For people to follow; it is never fetched." />
        <SubmitButton variant="default" pendingLabel="Recording">
          {gate.kind === 'attestation' ? `Attest for ${version}` : `Record for ${version}`}
        </SubmitButton>
      </ActionForm>
    </Disclosure>
  )
}
