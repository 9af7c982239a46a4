'use client'

import { useSealedDocument } from '@/components/ceremony/sealed'
import { KeyValue } from '@/components/ui/key-value'
import { Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { durationMs } from '@/lib/domain/duration'
import { CAUSE_TITLE, EMERGENCY_CAUSES, METHOD_TITLE, type PlanStep, type RotationPlan } from '@/lib/domain/rotation'
import { windowInWords } from '@/lib/domain/words'
import { formatHash, formatLimit, listWords, plural } from '@/lib/format'

const PHASES = [
  ['prerequisite', 'Prerequisites'],
  ['before', 'Before'],
  ['during', 'Rotate'],
  ['after', 'Verify'],
  ['rollback', 'If it fails'],
] as const

/**
 * What is decided on, read from the sealed plan itself (000.24): which keys, how, when, by whom, every step, and the way
 * back. `reason` are the words whose digest the plan holds.
 */
export function PlanFacts({ system, hash, reason }: { system: string; hash: string; reason: string | null }) {
  const { document: plan } = useSealedDocument<RotationPlan>()
  return (
    <>
      <Section title="What is rotated" aside={plural(plan.secrets.length, 'secret')}>
        <div className="grid gap-3 pt-3">
          <KeyValue
            width="narrow"
            items={[
              { label: 'Where', value: `${system} ${plan.profile}` },
              { label: 'Method', value: METHOD_TITLE[plan.method] },
              {
                label: 'Why',
                value: `${CAUSE_TITLE[plan.cause]}${EMERGENCY_CAUSES.includes(plan.cause) ? ', an emergency' : ''}`,
              },
              { label: 'In words', value: plan.reason ? reason : null },
              { label: 'Incident', value: plan.incident },
              { label: 'Due', value: plan.dueAt ? <Time at={plan.dueAt} show="date" /> : null },
              { label: 'Window', value: plan.window ? windowWords(plan.window) : 'none; any time once it is approved' },
              { label: 'Takes', value: plan.runbook.expected ? `about ${formatLimit(durationMs(plan.runbook.expected))}` : null },
              { label: 'Users see', value: plan.runbook.notice },
              { label: 'Way', value: wayWords(plan) },
              { label: 'Policy', value: `version ${plan.policy.version}` },
            ]}
          />
          <ul className="grid gap-1.5">
            {plan.secrets.map((secret) => (
              <li key={secret.mapping}>
                <code>{secret.variable}</code>{' '}
                <span className="c3">{secret.brings ? 'gets a new key' : 'takes the key that was primary'}</span>
                <span className="c3 t-xs block">
                  <code>{secret.managerKey}</code>
                </span>
              </li>
            ))}
          </ul>
        </div>
      </Section>
      <Section title="Who">
        <div className="pt-3">
          <KeyValue
            width="narrow"
            items={[
              {
                label: 'Runs it',
                value: `${plan.owners.mode === 'all' ? 'all of ' : plan.owners.slots.length > 1 ? 'any of ' : ''}${listWords(plan.owners.slots.map(({ title }) => title))}`,
              },
              {
                label: 'Confirms',
                value: plan.owners.mode === 'all' ? 'each of them who does not run it' : null,
              },
              { label: 'Approves', value: listWords(plan.slots.map(({ title }) => title)) },
            ]}
          />
        </div>
      </Section>
      {PHASES.map(([phase, title]) => {
        const steps = plan.steps.filter((step) => step.phase === phase)
        return steps.length === 0 ? null : (
          <Section key={phase} title={title} aside={plural(steps.length, 'step')}>
            <ol className="planlist">
              {steps.map((step) => (
                <PlanLine key={step.id} step={step} variant={plan.variant} />
              ))}
            </ol>
          </Section>
        )
      })}
      {plan.triggers.length > 0 ? (
        <Section title="What sends it back">
          <ul className="grid gap-1.5 pt-3">
            {plan.triggers.map((trigger) => (
              <li key={trigger.id}>
                <Visible text={trigger.text} />
              </li>
            ))}
            {plan.onFailure.text ? (
              <li className="c3">
                <Visible text={plan.onFailure.text} />
              </li>
            ) : null}
          </ul>
        </Section>
      ) : null}
      <Section title="Hash" aside={`version ${plan.number}`}>
        <p className="pt-3">
          <code className="c2 t-xs">{formatHash(hash)}</code>
        </p>
      </Section>
    </>
  )
}

function PlanLine({ step, variant }: { step: PlanStep; variant: string | null }) {
  const offered = step.variants.filter(({ refused }) => refused === null)
  const way = offered.find(({ id }) => id === variant) ?? (offered.length === 1 ? offered[0] : undefined)
  const commands = way ? [way.command ?? step.command] : offered.length > 0 ? offered.map(({ command }) => command) : [step.command]
  return (
    <li>
      <Visible text={step.text.replaceAll('`', '')} />
      {step.asks ? <span className="c3"> ({step.asks})</span> : null}
      {[...new Set(commands)].map((command) =>
        command ? (
          <code key={command} className="c3 t-xs block">
            <Visible text={command} />
          </code>
        ) : null,
      )}
      {step.variants.map((each) =>
        each.refused ? (
          <span key={each.id} className="c3 t-xs block">
            Not allowed: <Visible text={each.refused.replaceAll('`', '')} />
          </span>
        ) : null,
      )}
    </li>
  )
}

const windowWords = ({ startsAt, endsAt }: { startsAt: string; endsAt: string }) =>
  windowInWords({ startsAt: new Date(startsAt), endsAt: new Date(endsAt) })

function wayWords(plan: RotationPlan): string | null {
  const title = plan.steps.flatMap(({ variants }) => variants).find(({ id }) => id === plan.variant)?.title
  return title?.replaceAll('`', '') ?? null
}
