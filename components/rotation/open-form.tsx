'use client'

import { useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { CheckboxGroup, Segmented, Select, TextArea, TextInput } from '@/components/ui/field'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { CAUSE_TITLE, EMERGENCY_CAUSES, METHOD_TITLE, ROTATION_CAUSES, type RotationCause } from '@/lib/domain/rotation'
import type { FormAction } from '@/lib/http/form-state'
import type { RuleStart } from '@/lib/queries/rotation-new'
import { routes } from '@/lib/routes'
import { KEY_STATUS, keyWords } from './rotation-words'

/**
 * Opens a rotation under a rule of the policy. What belongs together is opened together; ways that a rule forbids here are shown with that rule; an
 * emergency takes its open incident (000.15, 000.17, 003 against 000).
 */
export function OpenRotationForm({
  action,
  system,
  rules,
  incidents,
  chosen,
}: {
  action: FormAction
  system: { slug: string; name: string }
  rules: readonly RuleStart[]
  incidents: readonly { id: string; title: string }[]
  chosen: { rule?: string; cause?: string; incident?: string }
}) {
  const [ruleId, setRule] = useState(
    rules.find(({ id }) => id === chosen.rule)?.id ?? rules.find(({ whyNot }) => !whyNot)?.id ?? rules[0]?.id ?? '',
  )
  const rule = rules.find(({ id }) => id === ruleId)
  const [cause, setCause] = useState<RotationCause>(
    ROTATION_CAUSES.find((each) => each === chosen.cause) ?? (chosen.incident ? 'suspected_exposure' : 'by_hand'),
  )
  const emergency = EMERGENCY_CAUSES.includes(cause)
  const allowed = rule?.variants.filter(({ refused }) => refused === null) ?? []
  const choosable = rule !== undefined && rule.secrets.length > 1 && rule.together === null
  return (
    <ActionForm action={action} hidden={{ system: system.slug }} label={`Open a rotation of ${system.name}`}>
      <Select
        name="rule"
        label="What is rotated"
        defaultValue={ruleId}
        options={rules.map(({ id, profile, title, standing }) => ({
          value: id,
          label: `${profile}: ${title.length > 60 ? `${title.slice(0, 57)}...` : title}, ${keyWords(standing).toLowerCase()}`,
        }))}
        onChange={(event) => setRule(event.target.value)}
      />
      {rule ? <RuleFacts rule={rule} /> : null}
      {rule?.whyNot || rule?.standing.rotation ? null : (
        <>
          {choosable && rule ? (
            <CheckboxGroup
              key={rule.id}
              name="secrets"
              label="Which of them"
              options={rule.secrets.map(({ mapping, variable }) => ({ value: mapping, label: variable }))}
              defaultValues={rule.secrets.map(({ mapping }) => mapping)}
            />
          ) : null}
          <Segmented
            name="cause"
            label="Why now"
            defaultValue={cause}
            options={ROTATION_CAUSES.map((value) => ({
              value,
              label: CAUSE_TITLE[value],
              disabled: value === 'scheduled' && rule?.hasLimit === false,
            }))}
            onValue={(value) => setCause(value as RotationCause)}
            hint={
              emergency
                ? 'An emergency: it stands under an open incident.'
                : rule?.hasLimit === false
                  ? 'The rule sets no age, so nothing is due by schedule.'
                  : undefined
            }
          />
          {incidents.length > 0 ? (
            <Select
              name="incident"
              label="Incident"
              optional={!emergency}
              placeholder={emergency ? 'Choose the open incident' : 'None'}
              defaultValue={chosen.incident}
              options={incidents.map(({ id, title }) => ({ value: id, label: `${id}, ${title}` }))}
            />
          ) : emergency ? (
            <p className="note">
              No incident of {system.name} is open.{' '}
              <Link className="link" href={routes.incidentNew({ system: system.slug, profile: rule?.profile })}>
                Declare it first
              </Link>
              , then name it here.
            </p>
          ) : null}
          <TextArea
            name="reason"
            label="In a few words"
            optional={!emergency}
            rows={2}
            maxLength={2000}
            hint="The approvers read it. Never a value of a secret."
          />
          {allowed.length > 1 ? (
            <Select
              name="variant"
              label="How it is done here"
              optional
              placeholder="As last time, or chosen at the step"
              options={allowed.map(({ id, title }) => ({ value: id, label: title.replaceAll('`', '') }))}
            />
          ) : null}
          {rule?.variants.map((way) =>
            way.refused ? (
              <Status key={way.id} status="denied" long plain>
                {way.refused.replaceAll('`', '')}
              </Status>
            ) : null,
          )}
          <div className="grid gap-3 sm:grid-cols-2">
            <TextInput name="windowStartsAt" label="Window opens, UTC" optional type="datetime-local" />
            <TextInput name="windowEndsAt" label="Window closes, UTC" optional type="datetime-local" />
          </div>
        </>
      )}
      {rule?.standing.rotation ? (
        <p className="note">
          <Link className="link" href={routes.rotation(rule.standing.rotation.id)}>
            {rule.standing.rotation.id}
          </Link>{' '}
          is open for these keys already. Go on with that one, or cancel it first.
        </p>
      ) : (
        <SubmitButton refusal={rule?.whyNot} pendingLabel="Opening and sealing the plan">
          {rule ? `Open the rotation on ${rule.profile}` : 'Open the rotation'}
        </SubmitButton>
      )}
    </ActionForm>
  )
}

function RuleFacts({ rule }: { rule: RuleStart }) {
  return (
    <div className="grid gap-2">
      <Status status={KEY_STATUS[rule.standing.state]} long>
        {rule.standing.sentence}
      </Status>
      <KeyValue
        items={[
          { label: 'Secrets', value: <code>{rule.secrets.map(({ variable }) => variable).join(', ')}</code> },
          {
            label: 'Together',
            value: rule.together ? `${rule.together.replaceAll('`', '')} One of them alone is refused.` : null,
          },
          {
            label: 'Method',
            value: methodWords(rule),
          },
          { label: 'Users see', value: rule.runbook.notice },
          { label: 'Runs it', value: rule.owners },
          { label: 'Approves', value: rule.approvers },
        ]}
      />
    </div>
  )
}

function methodWords({ method, runbook }: RuleStart): string {
  const title = runbook.title.replaceAll('`', '')
  const same = title.toLowerCase() === METHOD_TITLE[method].toLowerCase()
  return `${METHOD_TITLE[method]}${same ? '' : `, ${title.toLowerCase()}`}${runbook.assumed ? ' (assumed: the policy names no runbook of its own)' : ''}`
}
