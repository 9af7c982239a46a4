'use client'

import { unstable_rethrow, useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { DeniedButton, type Why } from '@/components/ui/button'
import { Segmented } from '@/components/ui/field'
import { StatusGlyph } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { type FormAction, type FormState, refusedHere } from '@/lib/http/form-state'
import { IncidentFields } from '../incident/incident-fields'

/** An open incident as the form names it. */
export type AskedIncident = {
  id: string
  title: string
  openedAt: string
  /** Its name outside: a ticket of its own is then not needed. */
  reference: string | null
}

/** All that the form shows and sends; judged by the server as the page was made, and again when it is sent. */
export type AskFormView = {
  system: string
  systemName: string
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
  /** The slot in which it is opened so. */
  ownSlot: string
  /** What follows after the button, in words. */
  after: string
  whyNot: Why
  whyNotDeclare: Why
}

/** Where the rule needs an open incident and none is: declares one first, on the same page. */
export function DeclareFirst({ view, declare, children }: { view: AskFormView; declare: FormAction; children: ReactNode }) {
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
          <span>No incident of {view.systemName} is open. This is allowed only while one is.</span>
        </div>
        {view.whyNotDeclare || view.whyNot ? null : (
          <div className="ask">
            <IncidentFields />
          </div>
        )}
      </div>
      {children}
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

/** The incident that it is for, where there is a choice or a need of one. */
export function IncidentAnswer({
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

/** An action whose answer has an address: the page goes there, and everything around it is made anew. */
function useGoingAction(action: FormAction): FormAction {
  const router = useRouter()
  return (previous, form) =>
    whileThere(async () => {
      const answer = await action(previous, form)
      if (answer.status === 'done' && answer.href !== undefined) {
        router.push(answer.href)
        router.refresh()
      }
      return answer
    })
}

/** Runs some requests; one that does not get through is said as such, since nobody then knows whether it arrived. */
export async function whileThere(run: () => Promise<FormState>): Promise<FormState> {
  try {
    return await run()
  } catch (error) {
    unstable_rethrow(error)
    if (!(error instanceof TypeError)) throw error
    return refusedHere('The server did not answer. Look at what is open before trying again.', {}, 'busy')
  }
}
