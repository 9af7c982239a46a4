import './exception.css'
import type { ReactNode } from 'react'
import { Assurances, Denied, Moved, VERB } from '@/components/ceremony/parts'
import { Page } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import type { ExceptionCeremony, NoExceptionCeremony } from '@/lib/queries/exception-ceremony'
import { routes } from '@/lib/routes'

type Verb = 'approve' | 'decline'

/** Frame of every step: breadcrumbs, on a phone the capacity and the step. */
export function ExceptionCeremonyPage({
  exception,
  system,
  title,
  step,
  children,
}: {
  exception: string
  system?: string
  title: string
  step?: string
  children: ReactNode
}) {
  return (
    <Page
      crumbs={[
        { label: 'Exceptions', href: routes.exceptions() },
        { label: exception, href: routes.exception(exception) },
        { label: title },
      ]}
      phone={{ back: routes.exception(exception), title, aside: step }}
      layout="dossier"
      system={system}
    >
      {children}
    </Page>
  )
}

/** What to know before pressing: it is the version that was read, its hash, and what cannot be undone. */
export function ExceptionAssurances({ ceremony: { sealed, isExtension }, permanent }: { ceremony: ExceptionCeremony; permanent: string }) {
  return (
    <Assurances
      version={
        <>
          Version <b className="b">{sealed.number}</b>, {isExtension ? 'more time' : 'the filing'}. No changes since{' '}
          <Time at={sealed.sealedAt} show="today" />.
        </>
      }
      permanent={permanent}
    />
  )
}

/** Somebody may not approve or decline here. */
export function ExceptionDenied({ ceremony, verb, children }: { ceremony: ExceptionCeremony; verb: Verb; children?: ReactNode }) {
  const { exception, slot, system, profile, title, sealed } = ceremony
  return (
    <ExceptionCeremonyPage exception={exception} title={`${VERB[verb]} as ${slot.title}`}>
      <Denied
        ceremony={ceremony}
        verb={verb}
        lead={`${system.name} ${profile.id}: ${title}. Version ${sealed.number} of ${exception}.`}
        back={{ href: routes.exception(exception), label: `Open ${exception}` }}
      >
        {children}
      </Denied>
    </ExceptionCeremonyPage>
  )
}

/** There is nothing to approve or decline: another version stands than the one that was read, or none waits. */
export function ExceptionMoved({ moved, verb }: { moved: NoExceptionCeremony; verb: Verb }) {
  const { exception, read, live } = moved
  return (
    <ExceptionCeremonyPage exception={exception} title={`${VERB[verb]} ${exception}`}>
      <Moved
        title={live === null ? 'Nothing waits for a decision' : `Version ${live} took the place of version ${read}`}
        lead={
          live === null
            ? 'It was decided on, withdrawn or closed, or its tier takes no signature. Nothing of yours was recorded.'
            : 'Nothing of yours was recorded, and nothing stays ticked. Read what is asked for now, then decide.'
        }
        meaning="An approval belongs to one sealed version. Asking for another end is another version, with approvals of its own."
      >
        {live === null ? null : (
          <LinkButton
            href={verb === 'approve' ? routes.exceptionApprove(exception) : routes.exceptionDecline(exception)}
            variant="primary"
            size="lg"
          >
            Read version {live}
          </LinkButton>
        )}
        <LinkButton href={routes.exception(exception)} size="lg" variant={live === null ? 'primary' : 'default'}>
          Open {exception}
        </LinkButton>
      </Moved>
    </ExceptionCeremonyPage>
  )
}
