import { notFound } from 'next/navigation'
import { CapacityChoice, CeremonyStatement } from '@/components/ceremony/parts'
import { SealedText, WhileSealed } from '@/components/ceremony/sealed'
import { Panel, Paper } from '@/components/layout/page'
import { CeremonyFacts } from '@/components/promotion/ceremony-facts'
import { DeclineForm } from '@/components/promotion/ceremony-forms'
import { CeremonyAssurances, CeremonyDenied, CeremonyMoved, CeremonyPage } from '@/components/promotion/ceremony-frame'
import { RecordOpening } from '@/components/promotion/record-opening'
import { requireViewer } from '@/lib/auth/session'
import { getCeremony } from '@/lib/queries/sign-ceremony'
import { routes } from '@/lib/routes'
import { stepUpAction } from '../../../actions'
import { declineAction, openDossierAction } from '../../actions'

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ slot?: string; version?: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Decline ${(await params).id}` }
}

/** Why not? The second step of a decline: it ends the sealed version and hands the dossier back, the promotion stays open (ux.md section 7). */
export default async function DeclinePage({ params, searchParams }: Props) {
  const { id } = await params
  const { slot: asked, version } = await searchParams
  const read = version !== undefined && /^\d{1,6}$/.test(version) ? Number(version) : undefined
  const viewer = await requireViewer(routes.promotionDecline(id, { slot: asked, version: read }))
  const ceremony = await getCeremony(viewer, id, 'decline', { slot: asked, read })
  if (!ceremony) notFound()
  if (!('slot' in ceremony)) return <CeremonyMoved moved={ceremony} verb="decline" />
  const { slot, sealed } = ceremony
  const hrefOf = (key: string) => routes.promotionDecline(id, { slot: key, version: sealed.number })
  if (ceremony.whyNot)
    return (
      <CeremonyDenied ceremony={ceremony} verb="decline">
        <CapacityChoice ceremony={ceremony} verb="decline" hrefOf={hrefOf} />
      </CeremonyDenied>
    )
  return (
    <SealedText canonical={sealed.canonical} hash={sealed.hash}>
      {ceremony.isFirstOpening ? <RecordOpening promotion={id} open={openDossierAction} /> : null}
      <CeremonyPage
        promotion={id}
        system={ceremony.system.id}
        title={`Decline as ${slot.title}`}
        step={`version ${sealed.number}`}
        back={routes.promotion(id)}
      >
        <Paper>
          <h1 className="h1" id="h">
            You are about to decline this
          </h1>
          <CapacityChoice ceremony={ceremony} verb="decline" hrefOf={hrefOf} />
          <CeremonyStatement ceremony={ceremony} />
          <CeremonyAssurances
            ceremony={ceremony}
            permanent={`It ends version ${sealed.number} and hands the dossier back to the Release Manager, who can seal again. The promotion stays open.`}
          />
          <div className="mt-4">
            <WhileSealed>
              <DeclineForm
                promotion={id}
                slot={slot}
                sealedHash={sealed.hash}
                stepUp={stepUpAction}
                decline={declineAction}
                here={hrefOf(slot.key)}
                back={routes.promotion(id)}
              />
            </WhileSealed>
          </div>
        </Paper>
        <Panel label="What you decide on">
          <h2 className="h2">What you decide on</h2>
          <CeremonyFacts
            system={ceremony.system.name}
            gateTitles={Object.fromEntries(ceremony.gates.map((gate) => [gate.id, gate.title]))}
            emergency={ceremony.emergency}
            exceptions={ceremony.known}
            also={{ newerLive: ceremony.newerLive, questions: ceremony.questions }}
            hash={sealed.hash}
          />
        </Panel>
      </CeremonyPage>
    </SealedText>
  )
}
