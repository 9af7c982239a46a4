import { notFound } from 'next/navigation'
import { CapacityChoice, CeremonyStatement, CeremonySteps, SeparationOf } from '@/components/ceremony/parts'
import { SealedText, SealResult, WhileSealed } from '@/components/ceremony/sealed'
import { Panel, Paper } from '@/components/layout/page'
import { CeremonyFacts, Exceptions } from '@/components/promotion/ceremony-facts'
import { SignForm } from '@/components/promotion/ceremony-forms'
import { CeremonyAssurances, CeremonyDenied, CeremonyMoved, CeremonyPage } from '@/components/promotion/ceremony-frame'
import { EmergencyChip, Way } from '@/components/promotion/parts'
import { RecordOpening } from '@/components/promotion/record-opening'
import { LinkButton } from '@/components/ui/button'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { type Ceremony, getCeremony } from '@/lib/queries/sign-ceremony'
import { routes } from '@/lib/routes'
import { stepUpAction } from '../../../actions'
import { openDossierAction, signAction } from '../../actions'

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ slot?: string; version?: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Sign ${(await params).id}` }
}

/**
 * What am I signing, and as whom? Whoever comes from a version's page has read it and confirms here; without a version in the address the facts are
 * read first. Everything is judged again as either step opens (ux.md section 7).
 */
export default async function SignPage({ params, searchParams }: Props) {
  const { id } = await params
  const { slot, version } = await searchParams
  const read = version !== undefined && /^\d{1,6}$/.test(version) ? Number(version) : undefined
  const viewer = await requireViewer(routes.promotionSign(id, { slot, version: read }))
  const ceremony = await getCeremony(viewer, id, 'approve', { slot, read })
  if (!ceremony) notFound()
  if (!('slot' in ceremony)) return <CeremonyMoved moved={ceremony} verb="sign" />
  const hrefOf = (key: string) => routes.promotionSign(id, { slot: key, version: read })
  if (ceremony.whyNot)
    return (
      <CeremonyDenied ceremony={ceremony} verb="sign">
        <CapacityChoice ceremony={ceremony} verb="sign" hrefOf={hrefOf} />
      </CeremonyDenied>
    )
  return (
    <SealedText canonical={ceremony.sealed.canonical} hash={ceremony.sealed.hash}>
      {ceremony.isFirstOpening ? <RecordOpening promotion={id} open={openDossierAction} /> : null}
      {read === undefined ? <ReadStep ceremony={ceremony} hrefOf={hrefOf} /> : <ConfirmStep ceremony={ceremony} hrefOf={hrefOf} />}
    </SealedText>
  )
}

type Step = { ceremony: Ceremony; hrefOf: (slot: string) => string }

function ReadStep({ ceremony, hrefOf }: Step) {
  const { promotion, slot, sealed } = ceremony
  return (
    <CeremonyPage
      promotion={promotion}
      system={ceremony.system.id}
      title={`Sign as ${slot.title}`}
      step="step 1 of 3"
      back={routes.promotion(promotion)}
    >
      <Paper>
        <CeremonySteps now={1} />
        <div className="mt-3.5">
          <PageHead
            above={
              <>
                <EmergencyChip incident={ceremony.emergency?.incident ?? null} />
                <Way from={ceremony.from} to={ceremony.to} />
              </>
            }
            title={`What you decide on: ${ceremony.system.name} ${ceremony.version}`}
            lead={`Version ${sealed.number} of ${promotion}, read from the sealed text itself.`}
          />
        </div>
        <CapacityChoice ceremony={ceremony} verb="sign" hrefOf={hrefOf} />
        <Facts ceremony={ceremony} />
        <section aria-label="Actions" className="pbar mt-5">
          <LinkButton href={routes.promotionSign(promotion, { slot: slot.key, version: sealed.number })} variant="primary" size="lg">
            Go on as {slot.title}
          </LinkButton>
          <LinkButton href={routes.promotion(promotion)} size="lg">
            Open the whole dossier
          </LinkButton>
        </section>
      </Paper>
      <Panel label="Seal and capacity">
        <SealResult />
        <SeparationOf title={`Why you may sign as ${slot.title}`} lines={ceremony.lines} />
      </Panel>
    </CeremonyPage>
  )
}

function ConfirmStep({ ceremony, hrefOf }: Step) {
  const { promotion, slot, sealed, newerLive } = ceremony
  const here = routes.promotionSign(promotion, { slot: slot.key, version: sealed.number })
  return (
    <CeremonyPage
      promotion={promotion}
      system={ceremony.system.id}
      title={`Sign as ${slot.title}`}
      step="step 2 of 3"
      back={routes.promotion(promotion)}
    >
      <Paper>
        <CeremonySteps now={2} />
        <h1 className="h1 mt-3.5" id="h">
          You are about to sign this
        </h1>
        {ceremony.emergency ? (
          <p className="mt-2">
            <EmergencyChip incident={ceremony.emergency.incident} />
          </p>
        ) : null}
        <CapacityChoice ceremony={ceremony} verb="sign" hrefOf={hrefOf} />
        <CeremonyStatement ceremony={ceremony} />
        <Exceptions {...ceremony.known} />
        <CeremonyAssurances ceremony={ceremony} permanent="Permanent in the audit trail. You can withdraw until the deployment starts." />
        <div className="mt-3.5">
          <WhileSealed>
            <SignForm
              promotion={promotion}
              slot={slot}
              sealedHash={sealed.hash}
              stepUp={stepUpAction}
              sign={signAction}
              older={newerLive ? { version: ceremony.version, live: newerLive, profile: ceremony.to.id } : null}
              exceptions={ceremony.exceptions.length}
              here={here}
              back={routes.promotion(promotion)}
            />
          </WhileSealed>
        </div>
      </Paper>
      <Panel label="What you decide on">
        <h2 className="h2">What you decide on</h2>
        <Facts ceremony={ceremony} />
        <SeparationOf title={`Why you may sign as ${slot.title}`} lines={ceremony.lines} />
      </Panel>
    </CeremonyPage>
  )
}

function Facts({ ceremony }: { ceremony: Ceremony }) {
  return (
    <CeremonyFacts
      system={ceremony.system.name}
      gateTitles={Object.fromEntries(ceremony.gates.map(({ id, title }) => [id, title]))}
      emergency={ceremony.emergency}
      exceptions={ceremony.known}
      also={{ newerLive: ceremony.newerLive, questions: ceremony.questions }}
      hash={ceremony.sealed.hash}
    />
  )
}
