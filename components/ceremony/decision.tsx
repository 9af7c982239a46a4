'use client'

import { unstable_rethrow, useRouter } from 'next/navigation'
import { type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { SubmitButton } from '@/components/ui/action-form'
import { TextInput } from '@/components/ui/field'
import { FormContext } from '@/components/ui/form-context'
import type { RefusalCode } from '@/lib/domain/refusal'
import { type FormAction, type FormState, IDLE, refusedHere } from '@/lib/http/form-state'

/** Confirms a password apart from the decision and gives the proof that the decision then needs (T01). */
export type StepUpAction = (form: FormData) => Promise<{ state: FormState; proof: string | null }>

/** What a proof is bound to. */
export type Binding = { sealedHash: string; slot: string; decision: 'approve' | 'decline' }

/** A proof is good for two minutes on the server; here a little less, so that it is asked for again rather than refused. */
const PROOF_MS = 110_000

/** Whether a proof stands, and how often one was not taken: then the field starts empty again. */
export type StepUpState = { isConfirmed: boolean; round: number }

/** Words for fields that are not filled as they have to be, without asking the server: a password is not checked for nothing. */
export type FieldWords = Record<string, string[] | undefined>

/**
 * One decision in two requests: the password gives a proof, the proof signs. A proof that was not used up stands for the next try until it ages; then,
 * or when the server no longer takes it, the password is asked for again and everything else stays as it was. What was recorded has an address, and
 * the page goes there.
 */
export function useDecision({
  stepUp,
  decide,
  binding,
  whyNotYet,
}: {
  stepUp: StepUpAction
  decide: FormAction
  binding: Binding
  whyNotYet: (form: FormData) => FieldWords
}): { action: FormAction; stepUpState: StepUpState } {
  const router = useRouter()
  const proof = useRef<{ id: string; until: number } | null>(null)
  const [until, setUntil] = useState<number | null>(null)
  const [round, setRound] = useState(0)

  // Effect on a timer: the password field comes back when the proof has aged.
  useEffect(() => {
    if (until === null) return
    const timer = setTimeout(() => setUntil(null), Math.max(0, until - Date.now()))
    return () => clearTimeout(timer)
  }, [until])

  async function confirm(password: string): Promise<FormState | null> {
    const given = new FormData()
    for (const [name, value] of Object.entries({ ...binding, password })) given.set(name, value)
    const startedAt = Date.now()
    const { state, proof: id } = await stepUp(given)
    if (id === null) return state
    proof.current = { id, until: startedAt + PROOF_MS }
    setUntil(proof.current.until)
    return null
  }

  async function action(_: FormState, form: FormData): Promise<FormState> {
    const missing = whyNotYet(form)
    const stands = proof.current !== null && proof.current.until > Date.now()
    const password = form.get('password')
    if (!stands && !password) missing.password = ['Enter your password: it confirms that it is you.']
    if (Object.keys(missing).length > 0) return refusedHere('Something is left to do before this can be recorded.', missing)
    try {
      const refused = stands ? null : await confirm(String(password))
      if (refused) return refused
      form.delete('password')
      form.set('proof', proof.current?.id ?? '')
      const answer = await decide(IDLE, form)
      if (answer.status === 'done' && answer.href !== undefined) {
        router.push(answer.href)
        router.refresh() // the frame around it counts what waits
      }
      if (answer.status !== 'refused' || answer.refusal.code !== 'step_up_required') return answer
      proof.current = null
      setUntil(null)
      setRound((before) => before + 1)
      return { ...answer, fieldErrors: { password: ['Enter your password again. The rest is still as you left it.'] } }
    } catch (error) {
      unstable_rethrow(error)
      // The request itself did not get through. Whether it was recorded is not known; a second try finds out, since one person signs once.
      if (!(error instanceof TypeError)) throw error
      return refusedHere('The server did not answer. Try again: if it was recorded after all, you are told so.', {}, 'busy')
    }
  }

  return { action, stepUpState: { isConfirmed: until !== null, round } }
}

/** The password, or a word that it was confirmed a moment ago. */
export function StepUpField({ isConfirmed, round }: StepUpState) {
  if (isConfirmed)
    return (
      <p className="c2" role="status">
        You confirmed with your password a moment ago. It holds for two minutes and for this decision alone.
      </p>
    )
  return (
    <TextInput
      key={round}
      name="password"
      type="password"
      autoComplete="current-password"
      label="Your password, to confirm that it is you"
      hint="Asked for every decision, checked apart from it."
    />
  )
}

/** Refusals that no second press can mend: somebody or something moved meanwhile, or a rule stands in the way. */
const FINAL: ReadonlySet<RefusalCode> = new Set([
  'not_found',
  'not_allowed',
  'separation_of_duties',
  'conflict',
  'wrong_state',
  'stale_version',
  'held',
  'outside_window',
  'policy_forbids',
  'unauthenticated',
])

/**
 * The button of a decision. Where a refusal is final it becomes a way to see what stands now; what was typed stays on the page until then. Once
 * something is recorded there is nothing left to press.
 */
export function DecideButton({
  here,
  variant,
  icon,
  pendingLabel,
  children,
}: {
  /** The address of this step: asked again, the server says what moved. */
  here: string
  variant?: 'primary' | 'danger'
  icon?: ReactNode
  pendingLabel: string
  children: ReactNode
}) {
  const { state } = useContext(FormContext)
  if (state.status === 'done') return null
  if (state.status === 'refused' && FINAL.has(state.refusal.code))
    return (
      // A plain link: the page has to be asked for anew, although its address is the same.
      <a className="btn pri lg" href={here}>
        Show what stands now
      </a>
    )
  return (
    <SubmitButton variant={variant} size="lg" icon={icon} pendingLabel={pendingLabel}>
      {children}
    </SubmitButton>
  )
}
