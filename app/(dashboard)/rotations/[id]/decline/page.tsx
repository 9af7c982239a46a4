import { notFound } from 'next/navigation'
import { CapacityChoice, CeremonyStatement } from '@/components/ceremony/parts'
import { SealedText, WhileSealed } from '@/components/ceremony/sealed'
import { Panel, Paper } from '@/components/layout/page'
import { DeclineForm } from '@/components/rotation/approve-forms'
import { ApprovalAssurances, RotationCeremonyPage, RotationDenied, RotationMoved } from '@/components/rotation/ceremony-frame'
import { PlanFacts } from '@/components/rotation/plan-facts'
import { requireViewer } from '@/lib/auth/session'
import { getRotationCeremony } from '@/lib/queries/rotation-ceremony'
import { routes } from '@/lib/routes'
import { stepUpAction } from '../../../actions'
import { declineAction } from '../../actions'

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ slot?: string; version?: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Decline ${(await params).id}` }
}

/** Why not? It ends the sealed plan; the rotation stays open and can be planned again. */
export default async function DeclinePage({ params, searchParams }: Props) {
  const { id } = await params
  const { slot: asked, version } = await searchParams
  const read = version !== undefined && /^\d{1,6}$/.test(version) ? Number(version) : undefined
  const viewer = await requireViewer(routes.rotationDecline(id, { slot: asked, version: read }))
  const ceremony = await getRotationCeremony(viewer, id, 'decline', { slot: asked, read })
  if (!ceremony) notFound()
  if (!('slot' in ceremony)) return <RotationMoved moved={ceremony} verb="decline" />
  const { slot, sealed, system } = ceremony
  const hrefOf = (key: string) => routes.rotationDecline(id, { slot: key, version: sealed.number })
  if (ceremony.whyNot)
    return (
      <RotationDenied ceremony={ceremony} verb="decline">
        <CapacityChoice ceremony={ceremony} verb="decline" hrefOf={hrefOf} />
      </RotationDenied>
    )
  return (
    <SealedText canonical={sealed.canonical} hash={sealed.hash} what="plan">
      <RotationCeremonyPage rotation={id} system={system.id} title={`Decline as ${slot.title}`} step={`version ${sealed.number}`}>
        <Paper>
          <h1 className="h1" id="h">
            You are about to decline this
          </h1>
          <CapacityChoice ceremony={ceremony} verb="decline" hrefOf={hrefOf} />
          <CeremonyStatement ceremony={ceremony} />
          <ApprovalAssurances
            ceremony={ceremony}
            permanent={`It ends version ${sealed.number} of the plan. The rotation stays open; its owners can plan it again.`}
          />
          <div className="mt-4">
            <WhileSealed>
              <DeclineForm
                rotation={id}
                slot={slot}
                sealedHash={sealed.hash}
                stepUp={stepUpAction}
                decline={declineAction}
                here={hrefOf(slot.key)}
                back={routes.rotation(id)}
              />
            </WhileSealed>
          </div>
        </Paper>
        <Panel label="What you decide on">
          <h2 className="h2">What you decide on</h2>
          <PlanFacts system={system.name} hash={sealed.hash} reason={ceremony.reason} />
        </Panel>
      </RotationCeremonyPage>
    </SealedText>
  )
}
