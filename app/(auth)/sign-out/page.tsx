import { redirect } from 'next/navigation'
import { SignOutForm } from '@/components/account/sign-out-form'
import { viewer } from '@/lib/auth/session'
import { routes } from '@/lib/routes'
import { signOutAction } from './actions'

export const metadata = { title: 'Sign out' }

/** Signing out is a change, so a link alone never does it. */
export default async function SignOutPage() {
  const who = await viewer()
  if (!who) redirect(routes.signIn())
  return (
    <>
      <h1 className="h1">Sign out?</h1>
      <p className="lead">You are {who.actor.name}. What you typed and did not send is lost.</p>
      <div className="mt-5">
        <SignOutForm action={signOutAction} />
      </div>
    </>
  )
}
