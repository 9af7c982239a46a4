'use client'

import { unstable_rethrow, useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { DeniedButton, type Why } from '@/components/ui/button'
import { useViewerClock } from '@/components/ui/clock-context'
import { CheckboxGroup, Segmented, TextInput } from '@/components/ui/field'
import { Link } from '@/components/ui/link'
import { StatusGlyph } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { refuse } from '@/lib/domain/refusal'
import { formatLocal, formatTimeUtc, listWords, toIso } from '@/lib/format'
import type { FormAction, FormState } from '@/lib/http/form-state'
import { IncidentFields } from '../incident/incident-fields'

/** An open incident as the form names it. */
export type AskedIncident = { id: string; title: string; openedAt: string }

/** All that the form shows and sends; judged by the server as the page was made, and again when it is sent. */
export type AskFormView = {
  system: string
  profile: string
  rule: string
  /** The fallback files that may be named, by mapping; empty for other break-glass, which says what it allows in `allows`. */
  files: readonly { mapping: string; file: string }[]
  allows: string | null
  purposes: readonly { value: string; label: string }[]
  needsTicket: boolean
  needsIncident: boolean
  incidents: readonly AskedIncident[]
  incident: string | null
  /** Lengths in ms with their words, the one in the middle chosen. */
  lengths: readonly { ms: number; label: string }[]
  safer: { text: string; strong: string | null; rest: string; href: string | null } | null
  /** Whether a request with an open incident is its own grant: it opens at once, and takes the password. */
  opensAlone: boolean
  /** What follows after the button, in words. */
  after: string
  whyNot: Why
  whyNotDeclare: Why
}

/** Sends the request; `href` of what it answers is where it goes on. */
export type AskActions = { ask: FormAction; declare: FormAction }

/**
 * Asks for break-glass on one screen: what is known is filled in, one button repeats the duration (ux.md section 10; 000.19 to 000.23). Where an open
 * incident is needed and there is none, the same button declares it, inline.
 */
export function AskForm({ view, actions }: { view: AskFormView; actions: AskActions }) {
  return view.needsIncident && view.incidents.length === 0 ? (
    <DeclareFirst view={view} declare={actions.declare} />
  ) : (
    <Ask view={view} ask={actions.ask} />
  )
}

function DeclareFirst({ view, declare }: { view: AskFormView; declare: FormAction }) {
  const action = useGoingAction(declare)
  return (
    <ActionForm
      action={action}
      hidden={{ system: view.system, profile: view.profile, rule: view.rule }}
      label="Declare an incident"
      keepOnDone
      silentDone
    >
      <div className="asks">
        <div className="ask">
          <span className="q">Incident</span>
          <span>None is open on {view.profile}. This is allowed only while one is.</span>
        </div>
        {view.whyNotDeclare || view.whyNot ? null : (
          <div className="ask">
            <IncidentFields />
          </div>
        )}
      </div>
      <section aria-label="Actions" className="pbar alarm">
        {view.whyNot ? (
          <DeniedButton refusal={view.whyNot} size="lg" full>
            Break glass
          </DeniedButton>
        ) : (
          <SubmitButton variant="alarm" size="lg" full refusal={view.whyNotDeclare} pendingLabel="Declaring">
            Declare incident first
          </SubmitButton>
        )}
        {view.whyNot ? null : <p className="t-xs">Then you are back here, with the incident filled in. Nothing is open yet.</p>}
      </section>
    </ActionForm>
  )
}

function Ask({ view, ask }: { view: AskFormView; ask: FormAction }) {
  const { now, zone } = useViewerClock()
  const [length, setLength] = useState(() => view.lengths[middle(view.lengths.length)]?.ms ?? 0)
  const [picked, setPicked] = useState<readonly string[]>(() => view.files.map(({ mapping }) => mapping))
  const [incident, setIncident] = useState(view.incident)
  const [asksPassword, setAsksPassword] = useState(false)
  const opensNow = view.opensAlone && (incident !== null || view.incidents.length === 0)
  const words = view.lengths.find(({ ms }) => ms === length)?.label ?? ''
  const closes = now === null ? null : now + length
  const send = useGoingAction(ask)

  async function action(previous: FormState, form: FormData): Promise<FormState> {
    const missing = missingIn(form, view)
    if (Object.keys(missing).length > 0)
      return { status: 'refused', refusal: refuse('invalid', 'Something is left to say.'), fieldErrors: missing, values: {} }
    if (opensNow && !form.get('password')) {
      setAsksPassword(true)
      return asksPassword
        ? {
            status: 'refused',
            refusal: refuse('invalid', 'Something is left to say.'),
            fieldErrors: { password: ['Enter your password: it confirms that it is you.'] },
            values: {},
          }
        : previous
    }
    return send(previous, form)
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
      <div className="asks">
        <IncidentAnswer view={view} incident={incident} onIncident={setIncident} />
        <Allows view={view} picked={picked} onPicked={setPicked} />
        {view.purposes.length > 1 ? (
          <div className="ask">
            <Segmented name="purpose" label="What for" options={view.purposes} />
          </div>
        ) : null}
        {view.needsTicket ? (
          <div className="ask">
            <TextInput name="ticket" label="Ticket" maxLength={200} autoCapitalize="characters" />
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
          {view.safer.strong ? <b> {view.safer.strong}</b> : null}
          {view.safer.rest}{' '}
          {view.safer.href ? (
            <Link className="link" href={view.safer.href}>
              Try that first
            </Link>
          ) : null}
        </p>
      ) : null}
      <section aria-label="Actions" className="pbar alarm">
        {view.whyNot ? (
          <DeniedButton refusal={view.whyNot} size="lg" full>
            {opensNow ? `Break glass for ${words}` : `Ask to break glass for ${words}`}
          </DeniedButton>
        ) : (
          <>
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

function IncidentAnswer({
  view,
  incident,
  onIncident,
}: {
  view: AskFormView
  incident: string | null
  onIncident: (id: string | null) => void
}) {
  const only = view.incidents.length === 1 ? view.incidents[0] : undefined
  if (only)
    return (
      <div className="ask">
        <span className="q">Incident</span>
        <span className="a">
          <span>
            <b className="bb">{only.id}</b>, {only.title}
          </span>
          <StatusGlyph status="pass" size={18} />
        </span>
        <span className="under">
          Open since <Time at={only.openedAt} show="today" local />. Filled in for you.
        </span>
        <input type="hidden" name="incident" value={only.id} readOnly />
      </div>
    )
  if (view.incidents.length === 0)
    return (
      <div className="ask">
        <span className="q">Incident</span>
        <span>None is open, and this does not need one.</span>
      </div>
    )
  return (
    <div className="ask wide">
      <Segmented
        name="incident"
        label="Incident"
        options={[
          ...view.incidents.map(({ id, title }) => ({ value: id, label: `${id}, ${title}` })),
          ...(view.needsIncident ? [] : [{ value: '', label: 'None of these' }]),
        ]}
        defaultValue={incident ?? undefined}
        onValue={(id) => onIncident(id || null)}
      />
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
function missingIn(form: FormData, view: AskFormView): Record<string, string[]> {
  const said = (name: string) => String(form.get(name) ?? '').trim()
  return {
    ...(view.needsIncident && !said('incident') ? { incident: ['Choose the incident that this is for.'] } : {}),
    ...(view.files.length > 0 && form.getAll('secrets').length === 0 ? { secrets: ['Choose at least one file.'] } : {}),
    ...(said('purpose') ? {} : { purpose: ['Choose what it is for.'] }),
    ...(view.needsTicket && !said('ticket') ? { ticket: ['Name the ticket.'] } : {}),
    ...(said('reason').length < 3 ? { reason: ['Say what you see, in a few words.'] } : {}),
  }
}

const middle = (count: number) => Math.floor((count - 1) / 2 + 0.5)

function atWords(at: number, zone: string): string {
  const local = formatLocal(at, zone)
  return `${formatTimeUtc(at)}${local ? ` (${local})` : ''}`
}

/** An action whose answer has an address: the page goes there, and everything around it is made anew. */
export function useGoingAction(action: FormAction): FormAction {
  const router = useRouter()
  return async (previous, form) => {
    try {
      const answer = await action(previous, form)
      if (answer.status === 'done' && answer.href !== undefined) {
        router.push(answer.href)
        router.refresh()
      }
      return answer
    } catch (error) {
      unstable_rethrow(error)
      if (!(error instanceof TypeError)) throw error
      const refusal = refuse('busy', 'The server did not answer. Try again; nothing was opened unless the list on this page says so.')
      return { status: 'refused', refusal, fieldErrors: {}, values: {} }
    }
  }
}

/** "Priya Raman, Ines Okafor and 2 more". */
export function namesInShort(names: readonly string[], most = 3): string {
  if (names.length <= most) return names.length === 0 ? 'nobody, since nobody holds the roles' : listWords(names)
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}
