import { SetupForm } from '@/components/account/setup-form'
import { LinkButton } from '@/components/ui/button'
import { PASSWORD_MIN } from '@/lib/domain/account'
import { getSetupLink } from '@/lib/queries/account/get-setup-link'
import { routes } from '@/lib/routes'
import { completeSetupAction } from './actions'

export const metadata = { title: 'Set up', referrer: 'no-referrer' }

/** Behind a one-time link: the first admin's account, or the password of somebody invited. Looking at it does not use it up. */
export default async function SetupPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  const link = await getSetupLink(token)
  if (!link) {
    return (
      <>
        <h1 className="h1">This link no longer works</h1>
        <p className="lead">
          It was used already, is older than three days, or was cut off. The console prints a new one for the first admin; for everybody
          else an admin makes one.
        </p>
        <p className="btns mt-5">
          <LinkButton href={routes.signIn()}>Go to sign-in</LinkButton>
        </p>
      </>
    )
  }
  return (
    <>
      <h1 className="h1">{link.kind === 'first_admin' ? 'Make the first admin' : `Choose a password, ${link.name}`}</h1>
      <p className="lead">
        {link.kind === 'first_admin'
          ? 'You will manage people and roles. The role of admin signs nothing by itself.'
          : `You will sign in as ${link.email}. Sessions you had elsewhere end.`}
      </p>
      <SetupForm action={completeSetupAction} link={token} firstAdmin={link.kind === 'first_admin'} passwordMin={PASSWORD_MIN} />
    </>
  )
}
