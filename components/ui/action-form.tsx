'use client'

import clsx from 'clsx'
import { type ReactNode, startTransition, useActionState, useContext, useEffect, useId, useRef } from 'react'
import { Link } from '@/components/ui/link'
import { type FormAction, type FormState, IDLE } from '@/lib/http/form-state'
import { type ButtonSize, type ButtonVariant, buttonClass, DeniedButton, type Why } from './button'
import { ErrorSummary } from './error-summary'
import { FormContext, fieldId } from './form-context'
import { StatusGlyph } from './status'

/**
 * A form around a server action. A refusal is shown on top with focus and beside the fields; what was typed stays (000.24: nothing typed
 * is lost), since the browser's own reset after an action is not used. Works without JavaScript through `values` of the state.
 * `done` is announced and, unless `keepOnDone`, empties the form. `hidden` are fields that nobody sees. Ctrl+Enter submits.
 */
export function ActionForm({
  action,
  hidden = {},
  children,
  className = 'form',
  label,
  keepOnDone = false,
  silentDone = false,
}: {
  action: FormAction
  hidden?: Record<string, string | number | undefined>
  children: ReactNode
  className?: string
  label?: string
  keepOnDone?: boolean
  /** Where the page itself shows the result. */
  silentDone?: boolean
}) {
  const [state, run, pending] = useActionState<FormState, FormData>(action, IDLE)
  const formId = useId().replaceAll(':', '')
  const form = useRef<HTMLFormElement>(null)
  const running = useRef(false)

  // Effect on the DOM form: a finished form is empty again for the next thing.
  useEffect(() => {
    running.current = false
    if (state.status === 'done' && !keepOnDone) form.current?.reset()
  }, [state, keepOnDone])

  const refused = state.status === 'refused' ? state : null
  const fields = Object.entries(refused?.fieldErrors ?? {}).flatMap(([name, messages]) =>
    (messages ?? []).map((message) => ({ id: fieldId(formId, name), message })),
  )
  return (
    <FormContext value={{ formId, state, pending }}>
      <form
        ref={form}
        action={run}
        aria-label={label}
        className={className}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          // A second press before the first answer would run the action twice.
          if (running.current) return
          running.current = true
          const submitter = (event.nativeEvent as SubmitEvent).submitter
          const data = new FormData(event.currentTarget, submitter)
          startTransition(() => run(data))
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault()
            event.currentTarget.requestSubmit()
          }
        }}
      >
        {Object.entries(hidden).map(([name, value]) =>
          value === undefined ? null : <input key={name} type="hidden" name={name} value={value} readOnly />,
        )}
        {refused ? <Refusals key={attempt(refused)} state={refused} fields={fields} /> : null}
        {children}
        {state.status === 'done' && !silentDone ? (
          <p role="status" className="st pass long">
            <StatusGlyph status="pass" />
            <span>
              {state.message}{' '}
              {state.href ? (
                <Link className="link" href={state.href}>
                  Open
                </Link>
              ) : null}
            </span>
          </p>
        ) : null}
      </form>
    </FormContext>
  )
}

type RefusedState = Extract<FormState, { status: 'refused' }>

/** Each answer of the server is an object of its own; numbering them remounts the summary, so it takes the focus every time. */
const numbers = new WeakMap<RefusedState, number>()
let last = 0
function attempt(state: RefusedState): number {
  let number = numbers.get(state)
  if (number === undefined) {
    last += 1
    number = last
    numbers.set(state, number)
  }
  return number
}

function Refusals({ state, fields }: { state: RefusedState; fields: { id: string; message: string }[] }) {
  const said = new Set(fields.map((field) => field.message))
  return (
    <ErrorSummary
      sentence={state.refusal.sentence}
      fields={fields}
      details={(state.refusal.details ?? []).filter((detail) => !said.has(detail))}
    />
  )
}

/** The button that sends the form. While it runs it says `pendingLabel` and ignores further presses. `name`/`value` tell buttons apart. */
export function SubmitButton({
  children,
  variant = 'primary',
  size,
  full,
  icon,
  refusal,
  pendingLabel,
  name,
  value,
}: {
  children: ReactNode
  variant?: ButtonVariant
  size?: ButtonSize
  full?: boolean
  icon?: ReactNode
  refusal?: Why
  pendingLabel?: string
  name?: string
  value?: string
}) {
  const { pending } = useContext(FormContext)
  if (refusal) {
    return (
      <DeniedButton refusal={refusal} size={size} full={full}>
        {children}
      </DeniedButton>
    )
  }
  return (
    <button type="submit" name={name} value={value} className={clsx(buttonClass(variant, size, full))} aria-busy={pending || undefined}>
      {icon}
      {pending ? (pendingLabel ?? children) : children}
    </button>
  )
}
