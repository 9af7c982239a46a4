'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Segmented, TextArea, TextInput } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

type OfKey = { action: FormAction; system: string; profile: string; mapping: string; whyNot: Why }

const KEY_ID_HINT = 'The name it has in the store: k7, a version, a kid. Never the key itself.'
const HMAC_HINT = 'The name of your HMAC key. Only fingerprints of one HMAC key are compared.'

/** A denied act stays where it is, with its reason. */
function Denied({ action, whyNot, children }: { action: FormAction; whyNot: Why; children: string }) {
  return (
    <ActionForm action={action} label={children} className="grid">
      <SubmitButton variant="default" refusal={whyNot}>
        {children}
      </SubmitButton>
    </ActionForm>
  )
}

/** Says which key a secret holds, by its name. */
export function RecordKeyForm({ action, system, profile, mapping, whyNot }: OfKey) {
  if (whyNot)
    return (
      <Denied action={action} whyNot={whyNot}>
        Record the key
      </Denied>
    )
  return (
    <ActionForm action={action} hidden={{ system, profile, mapping }} label="Record the key">
      <TextInput name="keyId" label="Key id" mono hint={KEY_ID_HINT} maxLength={64} />
      <TextInput name="bornAt" label="Made on, UTC" optional type="date" hint="Its age counts from here. Today, when left out." />
      <TextInput
        name="fingerprint"
        label="Fingerprint"
        optional
        mono
        maxLength={64}
        hint="HMAC-SHA-256 made where the value lives: 64 hexadecimal digits."
      />
      <TextInput name="fingerprintKeyId" label="Made with HMAC key" optional mono maxLength={64} hint={HMAC_HINT} />
      <div className="btns">
        <SubmitButton pendingLabel="Recording">Record the key</SubmitButton>
      </div>
    </ActionForm>
  )
}

/** Puts the id of the key in use right, or its date: the same key, mistyped when it was recorded. */
export function CorrectKeyForm({ keyId, ...of }: Omit<OfKey, 'whyNot'> & { keyId: string }) {
  const { action, system, profile, mapping } = of
  return (
    <ActionForm action={action} hidden={{ system, profile, mapping, corrects: keyId }} label={`Correct ${keyId}`}>
      <TextInput name="keyId" label="Key id as it is in the store" mono hint={KEY_ID_HINT} maxLength={64} />
      <TextInput
        name="bornAt"
        label="Made on, UTC"
        optional
        type="date"
        hint="Only if it is older than on record. Its age stays, when left out."
      />
      <TextInput name="reason" label="What was wrong" maxLength={500} />
      <div className="btns">
        <SubmitButton pendingLabel="Correcting" variant="default">{`Correct ${keyId}`}</SubmitButton>
      </div>
    </ActionForm>
  )
}

/** Reports the fingerprint of what a runtime holds, by hand. */
export function ReportFingerprintForm({ action, system, profile, mapping, whyNot }: OfKey) {
  if (whyNot)
    return (
      <Denied action={action} whyNot={whyNot}>
        Report a fingerprint
      </Denied>
    )
  return (
    <ActionForm action={action} hidden={{ system, profile, mapping }} label="Report a fingerprint">
      <TextInput
        name="fingerprint"
        label="Fingerprint"
        mono
        maxLength={64}
        hint="HMAC-SHA-256 made where the value lives: 64 hexadecimal digits."
      />
      <TextInput name="fingerprintKeyId" label="Made with HMAC key" mono maxLength={64} hint={HMAC_HINT} />
      <div className="btns">
        <SubmitButton pendingLabel="Reporting" variant="default">
          Report the fingerprint
        </SubmitButton>
      </div>
    </ActionForm>
  )
}

/** Says that an old key no longer works, with where that is shown. */
export function RetireKeyForm({ keyId, ...of }: OfKey & { keyId: string }) {
  const { action, system, profile, mapping, whyNot } = of
  if (whyNot)
    return (
      <Denied action={action} whyNot={whyNot}>
        {`Retire ${keyId}`}
      </Denied>
    )
  return (
    <ActionForm action={action} hidden={{ system, profile, mapping, keyId }} label={`Retire ${keyId}`}>
      <TextInput
        name="proof"
        label={`Where it is shown that ${keyId} no longer works`}
        maxLength={500}
        hint="A run, a ticket, a log entry. A reference, never a value."
      />
      <div className="btns">
        <SubmitButton pendingLabel="Retiring" variant="danger">
          {`Retire ${keyId}`}
        </SubmitButton>
      </div>
    </ActionForm>
  )
}

/** Records an audit of a profile's secret handling, or of a rotation that is over. */
export function AuditForm({
  action,
  system,
  of,
  every,
  whyNot,
}: {
  action: FormAction
  system: string
  of: { profile: string } | { rotation: string }
  /** The policy's interval in words; null where it asks for none. */
  every: string | null
  whyNot: Why
}) {
  const what = 'profile' in of ? `the secret handling of ${of.profile}` : of.rotation
  if (whyNot)
    return (
      <Denied action={action} whyNot={whyNot}>
        Record an audit
      </Denied>
    )
  return (
    <ActionForm action={action} hidden={{ system, ...of }} label={`Audit ${what}`}>
      <Segmented
        name="finding"
        label={`What you found of ${what}`}
        options={[
          { value: 'met', label: 'Met' },
          { value: 'concern', label: 'Concern' },
          { value: 'violated', label: 'Violated' },
        ]}
        hint="Violated: a rule is broken. It stays so until another audit finds it mended."
      />
      <TextArea name="note" label="What you looked at, and what you found" maxLength={2000} />
      <TextInput name="link" label="Evidence" optional type="url" placeholder="https://" />
      {'profile' in of ? (
        <TextInput
          name="nextDueAt"
          label="Next audit due, UTC"
          optional
          type="date"
          hint={
            every ? `Every ${every} by the policy, when left out.` : 'The policy asks for none; leave it out where there is no next one.'
          }
        />
      ) : null}
      <div className="btns">
        <SubmitButton pendingLabel="Recording">Record the audit</SubmitButton>
      </div>
    </ActionForm>
  )
}
