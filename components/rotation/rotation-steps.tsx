import clsx from 'clsx'
import type { ReactNode } from 'react'
import { Words } from '@/components/policy/words'
import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import { Section } from '@/components/ui/section'
import { Status, StatusGlyph, type StatusKind } from '@/components/ui/status'
import { Age, Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { isSettled, type StepState } from '@/lib/domain/rotation'
import { formatTime, toIso } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { StepView } from '@/lib/queries/rotation-view'
import { StepForm } from './step-form'

/** What a section of the runbook is drawn with. */
export type StepsFrame = {
  rotation: string
  action: FormAction
  /** Beside the answer of the open step: the two-step way into the rollback. */
  failed?: ReactNode
  /** Nothing has begun, or it is the rollback itself: a step that fails is only recorded as failed. */
  failing: boolean
  /** Whether anybody may record at all now; otherwise no step is framed. */
  isRunning: boolean
  /** Pre-checks may be taken in any order: those that are not framed unfold. */
  anyOrder?: boolean
}

/** One section of the runbook: its steps in order, the open one framed with its command and the words that say what is so afterwards (003.15). */
export function RunbookSection({
  title,
  steps,
  frame,
  aside,
  id,
}: {
  title: string
  steps: readonly StepView[]
  frame: StepsFrame
  aside?: ReactNode
  id?: string
}) {
  if (steps.length === 0) return null
  const settled = steps.filter(isSettled).length
  const failed = steps.some(({ state }) => state === 'failed')
  const count = `${settled} of ${steps.length}`
  return (
    <Section
      id={id}
      title={title}
      aside={
        <span className="row wrap gap-3">
          {aside}
          {failed ? (
            <Status status="fail">{count} done, one failed</Status>
          ) : settled === steps.length ? (
            <Status status="pass">{count} done</Status>
          ) : (
            <span className="t-xs c3">{count}</span>
          )}
        </span>
      }
    >
      <ol className="timeline numbered" aria-label={`${title}, ${count} done`} data-rows="">
        {steps.map((step) => (
          <Step key={step.id} step={step} frame={frame} />
        ))}
      </ol>
    </Section>
  )
}

const GLYPH: Record<StepState, StatusKind> = { done: 'pass', failed: 'fail', not_applicable: 'na', open: 'waiting', waiting: 'waiting' }
const SAID: Record<StepState, string> = {
  done: 'Done:',
  failed: 'Failed:',
  not_applicable: 'Does not apply:',
  open: 'Open:',
  waiting: 'To come:',
}

function Step({ step, frame }: { step: StepView; frame: StepsFrame }) {
  const { record } = step
  const open = step.isNow && frame.isRunning
  const settled = isSettled(step)
  return (
    <li className={clsx(open && 'open')} aria-current={open ? 'step' : undefined} data-row="" id={`step-${step.id}`}>
      <span className="mt-0.5">
        <StatusGlyph
          status={open && step.state !== 'failed' ? 'running' : GLYPH[step.state]}
          size={open ? 15 : 14}
          label={SAID[step.state]}
        />
      </span>
      <span className={clsx('no', open && 'acc')}>{step.no}</span>
      <div className="min-w-0">
        <div className={clsx(open ? 'bb' : settled ? undefined : 'c2')}>
          <Words text={step.text} />
        </div>
        {open || !step.command ? null : (
          <code className="c3 t-xs block">
            <Visible text={step.command} />
          </code>
        )}
        <Details step={step} open={open} />
      </div>
      <div className={clsx('when', open && 'acc')}>
        {open && step.since ? (
          <>
            for <Age since={step.since} />
          </>
        ) : record ? (
          <>
            {record.by.name}
            {record.by.kind === 'person' ? null : <span className="sr"> (software)</span>},{' '}
            <time dateTime={toIso(record.at)}>{formatTime(record.at)}</time>
          </>
        ) : null}
      </div>
      {open ? (
        <Open step={step} frame={frame} />
      ) : frame.anyOrder && step.state === 'open' && !step.whyNot.done ? (
        <div className="body-in">
          <Disclosure summary="Record it">
            <div className="stepacts">
              <Form step={step} frame={frame} quiet />
            </div>
          </Disclosure>
        </div>
      ) : null}
    </li>
  )
}

function Details({ step, open }: { step: StepView; open: boolean }) {
  const { record } = step
  const lines = [
    ...(open ? step.does : []),
    step.expected ? `Expected: ${step.expected}` : null,
    open && step.workingDirectory ? `Runs in: ${step.workingDirectory}` : null,
    step.asks ? `Applies ${step.asks}.` : null,
    open ? step.derived : null,
    record ? saidOf(step, record) : null,
    ...(open ? [] : step.variants.map(({ refused }) => refused)),
  ].filter((line) => line !== null)
  return (
    <>
      {lines.map((line) => (
        <div key={line} className="t-xs c3">
          <Words text={line} />
        </div>
      ))}
      {step.about ? (
        <div className="t-xs c3">
          About{' '}
          <a className="link" href={`#step-${step.about.id}`}>
            <Words text={step.about.words} />
          </a>
        </div>
      ) : null}
      {record?.link ? (
        <a className="link t-xs" href={record.link} rel="noreferrer noopener nofollow" target="_blank">
          Where it says so
        </a>
      ) : null}
      {step.earlier.map((before) => (
        <div key={before.at.getTime()} className="t-xs fail">
          Failed before, {before.by.name}, <Time at={before.at} show="time" />
          {before.note ? `: ${before.note}` : ''}
        </div>
      ))}
    </>
  )
}

/** How it was done and what shows it, in one line. */
function saidOf(step: StepView, record: NonNullable<StepView['record']>): string | null {
  const parts = [
    record.how && (step.command || step.records === 'new-key') ? (record.how === 'script' ? 'by script' : 'by hand') : null,
    record.variant && step.variant ? step.variant.title : null,
    record.newKeys ? `new: ${Object.values(record.newKeys).join(', ')}` : null,
    record.reference ? `kept at \`${record.reference}\`` : null,
    record.note,
  ].filter((part) => part !== null)
  const words = parts.join(', ')
  return words === '' ? null : words.charAt(0).toUpperCase() + words.slice(1)
}

function Open({ step, frame }: { step: StepView; frame: StepsFrame }) {
  const refused = step.variants.filter((way) => way.refused !== null)
  return (
    <div className="body-in">
      {step.command ? <CodeBlock code={step.command} label={`Command of ${step.text.replaceAll('`', '')}`} fold /> : null}
      {step.choices.some(({ command }) => command) ? (
        <div className="grid gap-2">
          {step.choices.map((way) =>
            way.command ? <CodeBlock key={way.id} code={way.command} label={`Command, ${way.title.replaceAll('`', '')}`} fold /> : null,
          )}
        </div>
      ) : null}
      <div className="stepacts">
        <Form step={step} frame={frame} />
        {frame.failed}
        {refused.map((way) => (
          <span key={way.id} className="beside t-xs c2">
            <Words text={way.refused ?? ''} />
          </span>
        ))}
      </div>
    </div>
  )
}

/** What neither a person vouches for nor a command shows takes a note or a link, and so does a retired key. */
const needsEvidence = ({ evidence, records }: StepView): boolean =>
  (evidence !== 'attestation' && evidence !== 'command-result') || records === 'old-key-retired'

function Form({ step, frame, quiet }: { step: StepView; frame: StepsFrame; quiet?: boolean }) {
  return (
    <StepForm
      key={step.id}
      action={frame.action}
      rotation={frame.rotation}
      step={{
        id: step.id,
        text: step.text,
        doneWords: step.doneWords,
        newKeys: step.newKeys,
        captures: step.captures,
        asks: step.asks,
        ways:
          step.command || step.byHand || step.records === 'new-key' || step.choices.some(({ command }) => command)
            ? { hand: step.byHand?.allowed ?? true, words: step.byHand ? step.byHand.text.replaceAll('`', '') : null }
            : null,
        variant: step.variant?.id ?? null,
        evidence: step.captures === null && needsEvidence(step),
        choices: step.choices.map(({ id, title }) => ({ id, title })),
      }}
      whyNot={step.whyNot}
      failing={frame.failing}
      quiet={quiet}
    />
  )
}
