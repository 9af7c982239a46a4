import { Words } from '@/components/policy/words'
import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import { Section } from '@/components/ui/section'
import type { StatusKind } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Timeline, type TimelineItem } from '@/components/ui/timeline'
import type { TickState } from '@/lib/domain/checklist'
import type { FormAction } from '@/lib/http/form-state'
import type { SteppedRun, StepView } from '@/lib/queries/checklist-runs'
import { StartRunForm, TickForm, UntickForm, VariantForm } from './step-forms'

export type RunActions = { tick: FormAction; start: FormAction; chooseVariant: FormAction }

const GLYPH: Record<TickState, StatusKind> = { done: 'pass', failed: 'fail', not_applicable: 'na', open: 'waiting' }

const PHASES = [
  ['prerequisite', 'Prerequisites'],
  ['before', 'Before'],
  ['during', 'During'],
  ['after', 'After'],
] as const

/**
 * The checklist of a release on a profile as the spine of its deployment, in its order: before, during, after (001.9, 001.15, 002.46). In an
 * ordered list one step is open at a time; in another the first open one stands open and the rest unfold.
 */
export function RunSpine({
  run,
  actions,
  start,
}: {
  run: SteppedRun
  actions: RunActions
  /** `past`: another release took over since, so starting the list is no longer what the page is for. */
  start: { system: string; version: string; profile: string; whyNot: { sentence: string } | null; past?: boolean }
}) {
  const choices = [...new Map(run.steps.flatMap((step) => step.choices).map((choice) => [choice.id, choice])).values()]
  let number = 0
  return (
    <>
      {run.id === null ? (
        <div className="my-3">
          <p className="c2 mb-2">
            Nobody has started this list for {start.version} on {start.profile}. Its items are shown as they would be.
          </p>
          <StartRunForm
            action={actions.start}
            system={start.system}
            version={start.version}
            profile={start.profile}
            checklist={run.list.id}
            title={run.list.title}
            whyNot={start.whyNot}
            primary={!start.past}
          />
        </div>
      ) : choices.length > 0 ? (
        <div className="my-3">
          <VariantForm action={actions.chooseVariant} run={run.id} choices={choices} current={run.variant} />
        </div>
      ) : null}
      {PHASES.map(([phase, title]) => {
        const steps = run.steps.filter((step) => step.item.phase === phase)
        if (steps.length === 0) return null
        const settled = steps.filter((step) => step.parts.length === 0)
        const done = settled.filter((step) => step.state === 'done' || step.state === 'not_applicable').length
        return (
          <Section key={phase} title={title} aside={`${done} of ${settled.length}`}>
            <Timeline
              numbered
              label={`${run.list.title}, ${title.toLowerCase()}`}
              items={steps.map((step) => {
                if (step.depth === 0) number += 1
                return stepItem(run, step, step.item.number ?? (step.depth === 0 ? String(number) : ''), actions.tick)
              })}
            />
          </Section>
        )
      })}
    </>
  )
}

function stepItem(run: SteppedRun, step: StepView, no: string, tick: FormAction): TimelineItem {
  const { item } = step
  const open = run.id !== null && run.state.next === item.id
  const foldable = run.id !== null && !run.list.ordered && step.state === 'open' && step.parts.length === 0 && !open
  const takesBack = run.id !== null && step.parts.length === 0 && step.state !== 'open' && !step.whyNot.open
  const form =
    run.id === null ? null : (
      <TickForm action={tick} run={run.id} item={item.id} doneWords={item.text} asks={step.asks} whyNot={step.whyNot} />
    )
  return {
    key: item.id,
    no,
    status: open && step.state === 'open' ? 'running' : GLYPH[step.state],
    title: <Words text={item.text} />,
    detail: <Detail step={step} />,
    when: step.at ? <Time at={step.at} show="day-time" /> : null,
    open,
    body:
      step.command || open || foldable || takesBack ? (
        <>
          {step.command ? <CodeBlock code={step.command} label={`Command of ${item.text.replaceAll('`', '')}`} fold /> : null}
          {open ? <div className="mt-3">{form}</div> : null}
          {foldable ? <Disclosure summary="Tick it">{form}</Disclosure> : null}
          {takesBack && run.id !== null ? (
            <div className="-ml-2.5">
              <UntickForm action={tick} run={run.id} item={item.id} words={item.text} whyNot={null} />
            </div>
          ) : null}
        </>
      ) : null,
  }
}

function Detail({ step }: { step: StepView }) {
  const { item } = step
  const lines = [
    item.does.length > 0 ? item.does.join('; ') : null,
    item.expected ? `Expected: ${item.expected}` : null,
    item.ranIn ? `Runs in the ${item.ranIn}` : null,
    step.asks ? `Applies ${step.asks}` : null,
    item.derived ?? null,
    step.by ? `${STATE_WORDS[step.state]} by ${step.by.name}${step.by.kind === 'person' ? '' : ' (software)'}` : null,
    step.note,
  ].filter((line) => line !== null)
  return (
    <>
      {lines.map((line) => (
        <span key={line} className="block">
          <Words text={line} />
        </span>
      ))}
      {step.link ? (
        <a className="link" href={step.link} rel="noreferrer noopener nofollow" target="_blank">
          Where it says so
        </a>
      ) : null}
    </>
  )
}

const STATE_WORDS: Record<TickState, string> = { done: 'Done', failed: 'Failed', not_applicable: 'Said not to apply', open: 'Open' }
