'use client'

import { signIn } from 'next-auth/react'
import { useRef, useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Actor } from '@/components/ui/actor'
import { TextInput } from '@/components/ui/field'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import type { FormState } from '@/lib/http/form-state'

type Persona = { name: string; email: string; title: string }

/** Address and password; the answer never says which of the two was wrong. In demo mode a made-up person can be chosen, which fills in their address. */
export function SignInForm({ next, personas, email }: { next: string; personas: readonly Persona[]; email?: string }) {
  const [chosen, setChosen] = useState(email ?? '')
  const address = useRef<HTMLInputElement>(null)
  const password = useRef<HTMLInputElement>(null)
  return (
    <div className="mt-6 grid gap-8">
      <ActionForm action={(_, form) => signInWith(form, next)} label="Sign in" silentDone keepOnDone>
        <TextInput ref={address} name="email" label="Address" type="email" autoComplete="username" defaultValue={email} required />
        <TextInput ref={password} name="password" label="Password" type="password" autoComplete="current-password" required />
        <div className="btns">
          <SubmitButton pendingLabel="Signing in">Sign in</SubmitButton>
        </div>
      </ActionForm>
      {personas.length > 0 ? (
        <section aria-labelledby="personas">
          <h2 className="h3" id="personas">
            Demo record: sign in as one of its people
          </h2>
          <p className="c2 t-sm mt-1">They share one password, which the console showed at the start. Signing asks for it again.</p>
          <ul className="mt-3 grid gap-1 sm:grid-cols-2">
            {personas.map((persona) => (
              <li key={persona.email}>
                <button
                  type="button"
                  className="nav w-full text-left"
                  aria-pressed={chosen === persona.email}
                  onClick={() => {
                    setChosen(persona.email)
                    if (address.current) address.current.value = persona.email
                    password.current?.focus()
                  }}
                >
                  <span className="grid min-w-0">
                    <Actor name={persona.name} />
                    <span className="c3 t-xs">{persona.title}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  )
}

async function signInWith(form: FormData, next: string): Promise<FormState> {
  const email = String(form.get('email') ?? '')
  const answer = await signIn('credentials', { redirect: false, email, password: String(form.get('password') ?? '') })
  if (answer?.ok && !answer.error) {
    // A whole new page: nothing of what somebody else saw in this tab stays.
    window.location.assign(next)
    return { status: 'done', message: 'Signed in.' }
  }
  const refusal = refusalIn(answer?.error)
  return { status: 'refused', refusal, fieldErrors: {}, values: { email } }
}

function refusalIn(error: string | null | undefined): Refusal {
  try {
    const told = JSON.parse(error ?? '') as Refusal
    if (typeof told.sentence === 'string') return told
  } catch {
    // Not a refusal of ours: next-auth's own word for something that went wrong on the way.
  }
  return refuse('busy', 'Signing in does not work right now. Reload the page and try again.')
}
