import { MessageCircleQuestion } from 'lucide-react'
import type { ReactNode } from 'react'
import { AssuranceLine, Assurances, type CeremonyVerb, Denied, Moved, VERB } from '@/components/ceremony/parts'
import { Page } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { Link } from '@/components/ui/link'
import { Time } from '@/components/ui/time'
import { plural } from '@/lib/format'
import type { Ceremony, NoCeremony } from '@/lib/queries/sign-ceremony'
import { routes } from '@/lib/routes'

/** Frame of every step: breadcrumbs, on a phone the capacity and the step. */
export function CeremonyPage({
  promotion,
  system,
  title,
  step,
  back,
  children,
}: {
  promotion: string
  /** Its system, where somebody may decide: only news of that one interrupt. */
  system?: string
  title: string
  step?: string
  back: string
  children: ReactNode
}) {
  return (
    <Page
      crumbs={[
        { label: 'Promotions', href: routes.promotions() },
        { label: promotion, href: routes.promotion(promotion) },
        { label: title },
      ]}
      phone={{ back, title, aside: step }}
      layout="dossier"
      system={system}
    >
      {children}
    </Page>
  )
}

/** What to know before pressing: it is the version that was read, its hash, questions, and what cannot be undone. */
export function CeremonyAssurances({ ceremony, permanent }: { ceremony: Ceremony; permanent: string }) {
  const { sealed, questions } = ceremony
  return (
    <Assurances
      version={
        <>
          Same version you read: <b className="b">{sealed.number}</b>. No changes since <Time at={sealed.sealedAt} show="today" />.
        </>
      }
      more={
        questions > 0 ? (
          <AssuranceLine icon={<MessageCircleQuestion size={18} className="warn" />}>
            {plural(questions, 'question was', 'questions were')} asked since the seal.{' '}
            <Link className="link" href={routes.promotion(ceremony.promotion)}>
              Read the discussion
            </Link>
          </AssuranceLine>
        ) : null
      }
      permanent={permanent}
    />
  )
}

/** Somebody may not sign or decline here. */
export function CeremonyDenied({ ceremony, verb, children }: { ceremony: Ceremony; verb: CeremonyVerb; children?: ReactNode }) {
  const { promotion, slot } = ceremony
  return (
    <CeremonyPage promotion={promotion} title={`${VERB[verb]} as ${slot.title}`} back={routes.promotion(promotion)}>
      <Denied
        ceremony={ceremony}
        verb={verb}
        lead={`${ceremony.system.name} ${ceremony.version}, ${ceremony.from.id} to ${ceremony.to.id}. Version ${ceremony.sealed.number} of ${promotion}.`}
        back={{ href: routes.promotion(promotion), label: 'Open the dossier' }}
      >
        {children}
      </Denied>
    </CeremonyPage>
  )
}

/** There is nothing to sign or decline: another version is live than the one that was read, or none is. */
export function CeremonyMoved({ moved, verb }: { moved: NoCeremony; verb: CeremonyVerb }) {
  const { promotion, read, live } = moved
  const title =
    live === null
      ? read === 0
        ? 'Nothing is sealed yet'
        : `Version ${read} no longer stands`
      : `Version ${live} took the place of version ${read}`
  return (
    <CeremonyPage promotion={promotion} title={`${VERB[verb]} ${promotion}`} back={routes.promotion(promotion)}>
      <Moved
        title={title}
        lead={
          live === null
            ? 'Nothing of yours was recorded. The Release Manager seals the next version; then it can be read and decided on.'
            : 'Nothing of yours was recorded, and nothing stays ticked. See what differs, then decide on the version that is live.'
        }
        meaning="A signature belongs to one sealed text. When a new one is sealed, signatures on the old one are struck through and everybody decides again."
      >
        {live === null ? null : (
          <LinkButton href={routes.promotionCompare(promotion, { from: read, to: live })} variant="primary" size="lg">
            Compare version {read} with {live}
          </LinkButton>
        )}
        <LinkButton href={routes.promotion(promotion)} size="lg" variant={live === null ? 'primary' : 'default'}>
          Open the dossier
        </LinkButton>
      </Moved>
    </CeremonyPage>
  )
}
