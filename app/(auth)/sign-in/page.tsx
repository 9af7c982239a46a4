import { redirect } from 'next/navigation'
import { SignInForm } from '@/components/account/sign-in-form'
import { callbackPath } from '@/lib/auth/callback-path'
import { viewer } from '@/lib/auth/session'
import { listPersonas } from '@/lib/queries/account/list-personas'

export const metadata = { title: 'Sign in' }

/** Where everybody begins; who is signed in already goes on. */
export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<{ callbackUrl?: string | string[]; email?: string | string[] }>
}) {
  const { callbackUrl, email } = await searchParams
  const next = callbackPath(callbackUrl)
  if (await viewer()) redirect(next)
  const personas = await listPersonas()
  return (
    <>
      <h1 className="h1">Sign in</h1>
      <p className="lead">Promotions, sign-offs and the record of your releases.</p>
      <SignInForm next={next} personas={personas} email={typeof email === 'string' ? email : undefined} />
    </>
  )
}
