import type { ReactNode } from 'react'
import { Assurances, Denied, Moved, VERB } from '@/components/ceremony/parts'
import { Page } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import type { NoRotationCeremony, RotationCeremony } from '@/lib/queries/rotation-ceremony'
import { routes } from '@/lib/routes'

type Verb = 'approve' | 'decline'

/** Frame of every step: breadcrumbs, on a phone the capacity and the step. */
export function RotationCeremonyPage({
  rotation,
  system,
  title,
  step,
  children,
}: {
  rotation: string
  system?: string
  title: string
  step?: string
  children: ReactNode
}) {
  return (
    <Page
      crumbs={[{ label: 'Rotations', href: routes.rotations() }, { label: rotation, href: routes.rotation(rotation) }, { label: title }]}
      phone={{ back: routes.rotation(rotation), title, aside: step }}
      layout="dossier"
      system={system}
    >
      {children}
    </Page>
  )
}

/** What to know before pressing: it is the version that was read, its hash, and what cannot be undone. */
export function ApprovalAssurances({ ceremony: { sealed }, permanent }: { ceremony: RotationCeremony; permanent: string }) {
  return (
    <Assurances
      version={
        <>
          Version <b className="b">{sealed.number}</b> of the plan. No changes since <Time at={sealed.sealedAt} show="today" />.
        </>
      }
      permanent={permanent}
    />
  )
}

/** Somebody may not approve or decline here. */
export function RotationDenied({ ceremony, verb, children }: { ceremony: RotationCeremony; verb: Verb; children?: ReactNode }) {
  const { rotation, slot } = ceremony
  return (
    <RotationCeremonyPage rotation={rotation} title={`${VERB[verb]} as ${slot.title}`}>
      <Denied
        ceremony={ceremony}
        verb={verb}
        lead={`${ceremony.system.name} ${ceremony.profile.id}: ${ceremony.title}. Version ${ceremony.sealed.number} of the plan of ${rotation}.`}
        back={{ href: routes.rotation(rotation), label: 'Open the runbook' }}
      >
        {children}
      </Denied>
    </RotationCeremonyPage>
  )
}

/** There is nothing to approve or decline: another version stands than the one that was read, or none does. */
export function RotationMoved({ moved, verb }: { moved: NoRotationCeremony; verb: Verb }) {
  const { rotation, read, live } = moved
  return (
    <RotationCeremonyPage rotation={rotation} title={`${VERB[verb]} ${rotation}`}>
      <Moved
        title={live === null ? 'No plan stands' : `Version ${live} took the place of version ${read}`}
        lead={
          live === null
            ? 'The plan was declined, or the rotation is over. Nothing of yours was recorded. Once it is planned again, the new version can be read and decided on.'
            : 'Nothing of yours was recorded, and nothing stays ticked. Read the plan that stands now, then decide.'
        }
        meaning="An approval belongs to one sealed plan. When it is planned again, approvals of the old one no longer count."
      >
        {live === null ? null : (
          <LinkButton
            href={verb === 'approve' ? routes.rotationApprove(rotation) : routes.rotationDecline(rotation)}
            variant="primary"
            size="lg"
          >
            Read version {live}
          </LinkButton>
        )}
        <LinkButton href={routes.rotation(rotation)} size="lg" variant={live === null ? 'primary' : 'default'}>
          Open the runbook
        </LinkButton>
      </Moved>
    </RotationCeremonyPage>
  )
}
