'use client'

import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { StepUpAction } from '@/components/ceremony/decision'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { DeniedButton } from '@/components/ui/button'
import { useViewerClock } from '@/components/ui/clock-context'
import { CheckboxGroup, Segmented, TextInput } from '@/components/ui/field'
import { Link } from '@/components/ui/link'
import { formatLocal, formatTimeUtc, toIso } from '@/lib/format'
import { type FormAction, type FormState, IDLE, refusedHere } from '@/lib/http/form-state'
import { type AskFormView, DeclareFirst, IncidentAnswer, whileThere } from './ask-incident'

/** What was asked for and waits to be opened: the proof of a password is bound to its hash. */
type Asked = { id: string; sealedHash: string; opensAlone: boolean }

/** Asking, confirming and opening are three requests: the password travels in its own and with nothing else (T01). */
export type AskActions = {
  ask: (form: FormData) => Promise<{ state: FormState; asked: Asked | null }>
  stepUp: StepUpAction
  open: FormAction
  declare: FormAction
}

/**
 * Asks for break-glass on one screen: what is known is filled in, one button repeats the duration (ux.md section 10; 000.19 to 000.23). Where an open
 * incident is needed and there is none, the same button declares it, inline.
 */
export function AskForm({ view, actions, children }: { view: AskFormView; actions: AskActions; children?: ReactNode }) {
  return view.needsIncident && view.incidents.length === 0 ? (
    <DeclareFirst view={view} declare={actions.declare}>
      {children}
    </DeclareFirst>
  ) : (
    <Ask view={view} actions={actions}>
      {children}
    </Ask>
  )
}

function Ask({ view, actions, children }: { view: AskFormView; actions: AskActions; children: ReactNode }) {
  const { now, zone } = useViewerClock()
  const router = useRouter()
  const [length, setLength] = useState(() => view.lengths[middle(view.lengths.length)]?.ms ?? 0)
  const [picked, setPicked] = useState<readonly string[]>(() => view.files.map(({ mapping }) => mapping))
  const [incident, setIncident] = useState(view.incident)
  const [asksPassword, setAsksPassword] = useState(false)
  const [asked, setAsked] = useState<Asked | null>(null)
  const opensNow = view.opensAlone && incident !== null
  const reference = view.incidents.find(({ id }) => id === incident)?.reference ?? null
  const words = view.lengths.find(({ ms }) => ms === length)?.label ?? ''
  const closes = now === null ? null : now + length

  async function action(_: FormState, form: FormData): Promise<FormState> {
    const missing = missingIn(form, view, reference)
    const password = form.get('password')
    form.delete('password')
    if (Object.keys(missing).length > 0) return refusedHere('Something is left to say.', missing)
    if (opensNow && !password) {
      setAsksPassword(true)
      return asksPassword
        ? refusedHere('Something is left to say.', { password: ['Enter your password: it confirms that it is you.'] })
        : { status: 'idle' } // a state of its own: the form takes the next press
    }
    return whileThere(async () => {
      if (asked) return went(await openWith(asked, String(password)))
      const sent = await actions.ask(form)
      if (!sent.asked || !opensNow || !sent.asked.opensAlone) return went(sent.state)
      setAsked(sent.asked)
      return went(await openWith(sent.asked, String(password)))
    })
  }

  async function openWith({ id, sealedHash }: Asked, password: string): Promise<FormState> {
    const { state, proof } = await actions.stepUp(fieldsOf({ sealedHash, slot: view.ownSlot, decision: 'approve', password }))
    return proof === null ? state : actions.open(IDLE, fieldsOf({ fallback: id, sealedHash, proof }))
  }

  function went(state: FormState): FormState {
    if (state.status === 'done' && state.href !== undefined) {
      router.push(state.href)
      router.refresh()
    }
    return state
  }

  return (
    <ActionForm
      action={action}
      hidden={{
        system: view.system,
        rule: view.rule,
        forMs: length,
        ...(view.purposes.length === 1 ? { purpose: view.purposes[0]?.value } : {}),
      }}
      label="Break glass"
      keepOnDone
      silentDone
    >
      <div className="asks" inert={asked !== null}>
        <IncidentAnswer view={view} incident={incident} onIncident={setIncident} />
        <Allows view={view} picked={picked} onPicked={setPicked} />
        {view.purposes.length > 1 ? (
          <div className="ask">
            <Segmented name="purpose" label="What for" options={view.purposes} />
          </div>
        ) : null}
        {view.needsTicket ? (
          <div className="ask">
            <TextInput
              name="ticket"
              label="Ticket"
              optional={reference !== null}
              hint={reference === null ? undefined : `Left blank: ${reference}, as the incident is called outside.`}
              maxLength={300}
            />
          </div>
        ) : null}
        <div className="ask">
          <Segmented
            name="length"
            label="For how long"
            options={view.lengths.map(({ ms, label }) => ({ value: String(ms), label }))}
            defaultValue={String(length)}
            onValue={(value) => setLength(Number(value))}
          />
          {closes === null ? null : (
            <p className="closes num">
              Closes by itself at{' '}
              <time dateTime={toIso(closes)} suppressHydrationWarning>
                {atWords(closes, zone)}
              </time>
              {opensNow ? '.' : ', however late it is granted.'}
            </p>
          )}
        </div>
        <div className="ask">
          <TextInput name="reason" label="What you see, a few words" maxLength={500} />
        </div>
      </div>
      {view.safer ? (
        <p className="note">
          {view.safer.text}
          {view.safer.strong ? <b>{view.safer.strong}</b> : null}
          {view.safer.rest}{' '}
          {view.safer.href ? (
            <Link className="link" href={view.safer.href}>
              Try that first
            </Link>
          ) : null}
        </p>
      ) : null}
      {children}
      <section aria-label="Actions" className="pbar alarm">
        {view.whyNot ? (
          <DeniedButton refusal={view.whyNot} size="lg" full>
            {opensNow ? `Break glass for ${words}` : `Ask to break glass for ${words}`}
          </DeniedButton>
        ) : (
          <>
            {asked ? <p className="t-xs">{asked.id} is asked for as it stands above. Nothing is open yet.</p> : null}
            {asksPassword && opensNow ? <PasswordNow /> : null}
            <SubmitButton variant="alarm" size="lg" full pendingLabel={opensNow ? 'Opening' : 'Asking'}>
              {opensNow ? `Break glass for ${words}` : `Ask to break glass for ${words}`}
            </SubmitButton>
            <p className="t-xs">
              {opensNow && !asksPassword ? 'Asks for your password, then tells ' : 'Tells '}
              {view.after}
            </p>
          </>
        )}
      </section>
    </ActionForm>
  )
}

/** Asked for only once everything else is said; it takes the focus, since nothing else is left to do. */
function PasswordNow() {
  const box = useRef<HTMLDivElement>(null)
  // Effect on the DOM: the field that just appeared is what comes next.
  useEffect(() => {
    box.current?.querySelector('input')?.focus()
  }, [])
  return (
    <div ref={box}>
      <TextInput name="password" type="password" autoComplete="current-password" label="Your password, to confirm that it is you" />
    </div>
  )
}

function Allows({
  view,
  picked,
  onPicked,
}: {
  view: AskFormView
  picked: readonly string[]
  onPicked: (mappings: readonly string[]) => void
}) {
  const chosen = view.files.filter(({ mapping }) => picked.includes(mapping))
  return (
    <div className="ask">
      <span className="q">What you allow</span>
      {view.allows === null ? (
        <span>
          {chosen.length === 0 ? 'Nothing yet.' : 'Reading '}
          {chosen.map(({ mapping, file }, index) => (
            <span key={mapping}>
              {index === 0 ? '' : index === chosen.length - 1 ? ' and ' : ', '}
              <code>{file}</code>
            </span>
          ))}
          {chosen.length === 0 ? '' : ' from disk. Nothing else changes.'}
        </span>
      ) : (
        <span>{view.allows}</span>
      )}
      {view.files.length > 1 ? (
        <details className="details">
          <summary className="link t-xs">Only some of them</summary>
          <div
            onChange={(event) => {
              const boxes = event.currentTarget.querySelectorAll<HTMLInputElement>('input[type="checkbox"]:checked')
              onPicked(Array.from(boxes, ({ value }) => value))
            }}
          >
            <CheckboxGroup
              name="secrets"
              label="Files"
              options={view.files.map(({ mapping, file }) => ({ value: mapping, label: file }))}
              defaultValues={picked}
            />
          </div>
        </details>
      ) : (
        view.files.map(({ mapping }) => <input key={mapping} type="hidden" name="secrets" value={mapping} readOnly />)
      )}
    </div>
  )
}

/** What is not said yet, without asking the server. */
function missingIn(form: FormData, view: AskFormView, reference: string | null): Record<string, string[]> {
  const said = (name: string) => String(form.get(name) ?? '').trim()
  return {
    ...(view.needsIncident && !said('incident') ? { incident: ['Choose the incident that this is for.'] } : {}),
    ...(view.files.length > 0 && form.getAll('secrets').length === 0 ? { secrets: ['Choose at least one file.'] } : {}),
    ...(said('purpose') ? {} : { purpose: ['Choose what it is for.'] }),
    ...(view.needsTicket && reference === null && !said('ticket') ? { ticket: ['Name the ticket.'] } : {}),
    ...(said('reason').length < 3 ? { reason: ['Say what you see, in a few words.'] } : {}),
  }
}

const middle = (count: number) => Math.floor((count - 1) / 2 + 0.5)

function atWords(at: number, zone: string): string {
  const local = formatLocal(at, zone)
  return `${formatTimeUtc(at)}${local ? ` (${local})` : ''}`
}

function fieldsOf(fields: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}
