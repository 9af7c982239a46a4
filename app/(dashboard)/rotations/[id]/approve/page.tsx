import { notFound } from 'next/navigation'
import { CapacityChoice, CeremonyStatement, CeremonySteps, SeparationOf } from '@/components/ceremony/parts'
import { SealedText, SealResult, WhileSealed } from '@/components/ceremony/sealed'
import { Panel, Paper } from '@/components/layout/page'
import { ApproveForm } from '@/components/rotation/approve-forms'
import { ApprovalAssurances, RotationCeremonyPage, RotationDenied, RotationMoved } from '@/components/rotation/ceremony-frame'
import { PlanFacts } from '@/components/rotation/plan-facts'
import { profileRef } from '@/components/system/profile-ref'
import { LinkButton } from '@/components/ui/button'
import { ProfileTag } from '@/components/ui/profile'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { getRotationCeremony, type RotationCeremony } from '@/lib/queries/rotation-ceremony'
import { routes } from '@/lib/routes'
import { stepUpAction } from '../../../actions'
import { approveAction } from '../../actions'

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ slot?: string; version?: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Approve ${(await params).id}` }
}

/**
 * What am I approving, and as whom? The sealed plan is read first, then confirmed; everything is judged again as either step opens (ux.md sections 7
 * and 9).
 */
export default async function ApprovePage({ params, searchParams }: Props) {
  const { id } = await params
  const { slot, version } = await searchParams
  const read = version !== undefined && /^\d{1,6}$/.test(version) ? Number(version) : undefined
  const viewer = await requireViewer(routes.rotationApprove(id, { slot, version: read }))
  const ceremony = await getRotationCeremony(viewer, id, 'approve', { slot, read })
  if (!ceremony) notFound()
  if (!('slot' in ceremony)) return <RotationMoved moved={ceremony} verb="approve" />
  const hrefOf = (key: string) => routes.rotationApprove(id, { slot: key, version: read })
  if (ceremony.whyNot)
    return (
      <RotationDenied ceremony={ceremony} verb="approve">
        <CapacityChoice ceremony={ceremony} verb="approve" hrefOf={hrefOf} />
      </RotationDenied>
    )
  return (
    <SealedText canonical={ceremony.sealed.canonical} hash={ceremony.sealed.hash} what="plan">
      {read === undefined ? <ReadStep ceremony={ceremony} hrefOf={hrefOf} /> : <ConfirmStep ceremony={ceremony} hrefOf={hrefOf} />}
    </SealedText>
  )
}

type Step = { ceremony: RotationCeremony; hrefOf: (slot: string) => string }

function ReadStep({ ceremony, hrefOf }: Step) {
  const { rotation, slot, sealed, profile, system } = ceremony
  return (
    <RotationCeremonyPage rotation={rotation} system={system.id} title={`Approve as ${slot.title}`} step="step 1 of 3">
      <Paper>
        <CeremonySteps now={1} />
        <div className="mt-3.5">
          <PageHead
            above={<ProfileTag profile={profileRef(profile.id, profile.class)} />}
            title={`What you decide on: ${system.name}, ${ceremony.title}`}
            lead={`Version ${sealed.number} of the plan of ${rotation}, read from the sealed text itself.`}
          />
        </div>
        <CapacityChoice ceremony={ceremony} verb="approve" hrefOf={hrefOf} />
        <PlanFacts system={system.name} hash={sealed.hash} reason={ceremony.reason} />
        <section aria-label="Actions" className="pbar mt-5">
          <LinkButton href={routes.rotationApprove(rotation, { slot: slot.key, version: sealed.number })} variant="primary" size="lg">
            Go on as {slot.title}
          </LinkButton>
          <LinkButton href={routes.rotation(rotation)} size="lg">
            Open the runbook
          </LinkButton>
        </section>
      </Paper>
      <Panel label="Seal and capacity">
        <SealResult />
        <SeparationOf title={`Why you may approve as ${slot.title}`} lines={ceremony.lines} />
      </Panel>
    </RotationCeremonyPage>
  )
}

function ConfirmStep({ ceremony, hrefOf }: Step) {
  const { rotation, slot, sealed, system } = ceremony
  return (
    <RotationCeremonyPage rotation={rotation} system={system.id} title={`Approve as ${slot.title}`} step="step 2 of 3">
      <Paper>
        <CeremonySteps now={2} />
        <h1 className="h1 mt-3.5" id="h">
          You are about to approve this
        </h1>
        <CapacityChoice ceremony={ceremony} verb="approve" hrefOf={hrefOf} />
        <CeremonyStatement ceremony={ceremony} />
        <ApprovalAssurances
          ceremony={ceremony}
          permanent="Permanent in the audit trail. Whoever approves a rotation neither performs nor confirms it."
        />
        <div className="mt-3.5">
          <WhileSealed>
            <ApproveForm
              rotation={rotation}
              slot={slot}
              sealedHash={sealed.hash}
              stepUp={stepUpAction}
              approve={approveAction}
              here={routes.rotationApprove(rotation, { slot: slot.key, version: sealed.number })}
              back={routes.rotation(rotation)}
            />
          </WhileSealed>
        </div>
      </Paper>
      <Panel label="What you decide on">
        <h2 className="h2">What you decide on</h2>
        <PlanFacts system={system.name} hash={sealed.hash} reason={ceremony.reason} />
        <SeparationOf title={`Why you may approve as ${slot.title}`} lines={ceremony.lines} />
      </Panel>
    </RotationCeremonyPage>
  )
}
