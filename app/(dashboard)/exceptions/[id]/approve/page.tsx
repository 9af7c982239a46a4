import { notFound } from 'next/navigation'
import { CapacityChoice, CeremonyStatement, CeremonySteps, SeparationOf } from '@/components/ceremony/parts'
import { SealedText, SealResult, WhileSealed } from '@/components/ceremony/sealed'
import { ExceptionAssurances, ExceptionCeremonyPage, ExceptionDenied, ExceptionMoved } from '@/components/exception/ceremony-frame'
import { ApproveForm } from '@/components/exception/decide-forms'
import { SealedFacts } from '@/components/exception/sealed-facts'
import { Panel, Paper } from '@/components/layout/page'
import { Words } from '@/components/policy/words'
import { profileRef } from '@/components/system/profile-ref'
import { Statement } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { ProfileTag } from '@/components/ui/profile'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { type ExceptionCeremony, getExceptionCeremony } from '@/lib/queries/exception-ceremony'
import { routes } from '@/lib/routes'
import { stepUpAction } from '../../../actions'
import { approveExceptionAction } from '../../actions'

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ slot?: string; version?: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Approve ${(await params).id}` }
}

/**
 * What am I approving, and as whom? The sealed filing or extension is read first, then confirmed; everything is judged again as either step opens (ux.md
 * section 7).
 */
export default async function ApproveExceptionPage({ params, searchParams }: Props) {
  const { id } = await params
  const { slot, version } = await searchParams
  const read = version !== undefined && /^\d{1,6}$/.test(version) ? Number(version) : undefined
  const viewer = await requireViewer(routes.exceptionApprove(id, { slot, version: read }))
  const ceremony = await getExceptionCeremony(viewer, id, 'approve', { slot, read })
  if (!ceremony) notFound()
  if (!('slot' in ceremony)) return <ExceptionMoved moved={ceremony} verb="approve" />
  const hrefOf = (key: string) => routes.exceptionApprove(id, { slot: key, version: read })
  if (ceremony.whyNot)
    return (
      <ExceptionDenied ceremony={ceremony} verb="approve">
        <CapacityChoice ceremony={ceremony} verb="approve" hrefOf={hrefOf} />
      </ExceptionDenied>
    )
  return (
    <SealedText canonical={ceremony.sealed.canonical} hash={ceremony.sealed.hash} what="exception">
      {read === undefined ? <ReadStep ceremony={ceremony} hrefOf={hrefOf} /> : <ConfirmStep ceremony={ceremony} hrefOf={hrefOf} />}
    </SealedText>
  )
}

type Step = { ceremony: ExceptionCeremony; hrefOf: (slot: string) => string }

function ReadStep({ ceremony, hrefOf }: Step) {
  const { exception, slot, sealed, profile, system, texts, names } = ceremony
  return (
    <ExceptionCeremonyPage exception={exception} system={system.id} title={`Approve as ${slot.title}`} step="step 1 of 3">
      <Paper>
        <CeremonySteps now={1} />
        <div className="mt-3.5">
          <PageHead
            above={<ProfileTag profile={profileRef(profile.id, profile.class)} />}
            title={`What you decide on: ${system.name}, ${ceremony.title}${ceremony.isExtension ? ', more time' : ''}`}
            lead={`Version ${sealed.number} of ${exception}, read from the sealed text itself.`}
          />
        </div>
        <CapacityChoice ceremony={ceremony} verb="approve" hrefOf={hrefOf} />
        <div className="mt-4">
          <Statement tone="drift">
            <Words text={ceremony.sentence} />
          </Statement>
        </div>
        <SealedFacts system={system.name} hash={sealed.hash} texts={texts} names={names} />
        <section aria-label="Actions" className="pbar mt-5">
          <LinkButton href={routes.exceptionApprove(exception, { slot: slot.key, version: sealed.number })} variant="primary" size="lg">
            Go on as {slot.title}
          </LinkButton>
          <LinkButton href={routes.exception(exception)} size="lg">
            Open {exception}
          </LinkButton>
        </section>
      </Paper>
      <Panel label="Seal and capacity">
        <SealResult />
        <SeparationOf title={`Why you may approve as ${slot.title}`} lines={ceremony.lines} />
      </Panel>
    </ExceptionCeremonyPage>
  )
}

function ConfirmStep({ ceremony, hrefOf }: Step) {
  const { exception, slot, sealed, system, texts, names } = ceremony
  return (
    <ExceptionCeremonyPage exception={exception} system={system.id} title={`Approve as ${slot.title}`} step="step 2 of 3">
      <Paper>
        <CeremonySteps now={2} />
        <h1 className="h1 mt-3.5" id="h">
          You are about to approve this
        </h1>
        <CapacityChoice ceremony={ceremony} verb="approve" hrefOf={hrefOf} />
        <CeremonyStatement ceremony={ceremony} />
        <ExceptionAssurances
          ceremony={ceremony}
          permanent="Permanent in the audit trail, and printed in the notes of every release on this profile while it runs."
        />
        <div className="mt-3.5">
          <WhileSealed>
            <ApproveForm
              exception={exception}
              slot={slot}
              sealedHash={sealed.hash}
              stepUp={stepUpAction}
              approve={approveExceptionAction}
              here={routes.exceptionApprove(exception, { slot: slot.key, version: sealed.number })}
              back={routes.exception(exception)}
            />
          </WhileSealed>
        </div>
      </Paper>
      <Panel label="What you decide on">
        <h2 className="h2">What you decide on</h2>
        <SealedFacts system={system.name} hash={sealed.hash} texts={texts} names={names} />
        <SeparationOf title={`Why you may approve as ${slot.title}`} lines={ceremony.lines} />
      </Panel>
    </ExceptionCeremonyPage>
  )
}
