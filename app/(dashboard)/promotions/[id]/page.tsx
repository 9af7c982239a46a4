import { notFound } from 'next/navigation'
import { startRunHereAction } from '@/app/(dashboard)/systems/[slug]/checklists/actions'
import { approveBundleAction, bringEvidenceAction } from '@/app/(dashboard)/systems/[slug]/releases/actions'
import { requestStatementAction } from '@/app/statements/actions'
import { Page, Panel, Paper } from '@/components/layout/page'
import { GatesSection } from '@/components/promotion/dossier-gates'
import { DossierHead, PhoneFacts } from '@/components/promotion/dossier-head'
import { ManageSection, NotYetList, Signatures, WhyYouMay, YourAction } from '@/components/promotion/dossier-panel'
import { SealCheck } from '@/components/promotion/dossier-seal-check'
import {
  ChangesSection,
  ContractSection,
  DiscussionSection,
  ExceptionsSection,
  RollbackSection,
} from '@/components/promotion/dossier-sections'
import { VersionsSection } from '@/components/promotion/dossier-versions'
import { isOver } from '@/components/promotion/dossier-words'
import { EmergencySection, ReviewsPanel } from '@/components/promotion/emergency-parts'
import { RecordOpening } from '@/components/promotion/record-opening'
import { StandingSection } from '@/components/promotion/standing-section'
import { StandsOn } from '@/components/statement/stands-on'
import { StatementSection } from '@/components/statement/statement-section'
import { requireViewer } from '@/lib/auth/session'
import { undecided } from '@/lib/domain/log/statement/vsa'
import { getPromotionDossier } from '@/lib/queries/promotion-dossier'
import { getStandsOn } from '@/lib/queries/stands-on'
import { routes } from '@/lib/routes'
import { askQuestionAction, openDossierAction, repinAction, sealAction, setWindowAction, withdrawPromotionAction } from '../actions'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Dossier ${decodeURIComponent((await params).id)}` }
}

/** Should this go to the next profile? What is shown is what is signed (000.24 to 000.31, T32). */
export default async function DossierPage({ params }: Props) {
  const id = decodeURIComponent((await params).id)
  const viewer = await requireViewer(routes.promotion(id))
  const d = await getPromotionDossier(viewer, id)
  if (!d) notFound()
  const you = viewer.actor.name
  const standsOn = d.sealed
    ? await getStandsOn({ system: d.system.id, subject: 'promotion', id: d.id, number: d.sealed.number, hash: d.sealed.hash })
    : null
  const body = (
    <>
      <Paper>
        <DossierHead d={d} now={viewer.now} you={you} />
        <PhoneFacts d={d} now={viewer.now} />
        {d.emergency ? <EmergencySection emergency={d.emergency} slots={d.slots} /> : null}
        <ChangesSection d={d} approveBundle={approveBundleAction} />
        <GatesSection d={d} now={viewer.now} you={you} actions={{ bring: bringEvidenceAction, startRun: startRunHereAction }} />
        <ExceptionsSection d={d} />
        <RollbackSection d={d} />
        <ContractSection d={d} />
        <StandingSection d={d} />
        <DiscussionSection d={d} ask={askQuestionAction} />
        <VersionsSection d={d} />
        {d.sealed && standsOn ? <StandsOn view={standsOn} what={`Version ${d.sealed.number}`} /> : null}
      </Paper>
      <Panel label="Signatures and actions">
        <Signatures d={d} />
        <ReviewsPanel d={d} />
        <YourAction d={d} />
        <WhyYouMay d={d} />
        <ManageSection
          d={d}
          actions={{
            seal: sealAction,
            setWindow: setWindowAction,
            repin: repinAction,
            withdraw: withdrawPromotionAction,
          }}
        />
        <NotYetList d={d} />
        {d.versions.length > 0 ? (
          <StatementSection
            kind="promotion"
            id={d.id}
            ask={requestStatementAction}
            whyNotSummary={isOver(d) || (d.sealed && d.slots.every(({ signed }) => signed !== null)) ? null : undecided(d.id)}
          />
        ) : null}
      </Panel>
    </>
  )
  return (
    <Page
      crumbs={[
        { label: 'Promotions', href: routes.promotions() },
        { label: d.system.name, href: routes.promotions({ system: d.system.id }) },
        { label: `${d.dossier.release.version} to ${d.to.id}` },
      ]}
      phone={{
        back: routes.promotions(),
        title: d.id,
        aside: d.sealed ? `version ${d.sealed.number}` : d.phase === 'withdrawn' ? 'withdrawn' : 'draft',
      }}
      layout="dossier"
      system={d.system.id}
    >
      {d.sealed ? (
        <SealCheck canonical={d.sealed.canonical} hash={d.sealed.hash}>
          {body}
        </SealCheck>
      ) : (
        body
      )}
      {d.isFirstOpening ? <RecordOpening promotion={d.id} open={openDossierAction} /> : null}
    </Page>
  )
}
