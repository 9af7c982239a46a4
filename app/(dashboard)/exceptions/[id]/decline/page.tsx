import { notFound } from 'next/navigation'
import { CapacityChoice, CeremonyStatement } from '@/components/ceremony/parts'
import { SealedText, WhileSealed } from '@/components/ceremony/sealed'
import { ExceptionAssurances, ExceptionCeremonyPage, ExceptionDenied, ExceptionMoved } from '@/components/exception/ceremony-frame'
import { DeclineForm } from '@/components/exception/decide-forms'
import { SealedFacts } from '@/components/exception/sealed-facts'
import { Panel, Paper } from '@/components/layout/page'
import { requireViewer } from '@/lib/auth/session'
import { getExceptionCeremony } from '@/lib/queries/exception-ceremony'
import { routes } from '@/lib/routes'
import { stepUpAction } from '../../../actions'
import { declineExceptionAction } from '../../actions'

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ slot?: string; version?: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Decline ${(await params).id}` }
}

/** Why not? A filing ends with it; an exception whose extension is declined runs to its end. */
export default async function DeclineExceptionPage({ params, searchParams }: Props) {
  const { id } = await params
  const { slot: asked, version } = await searchParams
  const read = version !== undefined && /^\d{1,6}$/.test(version) ? Number(version) : undefined
  const viewer = await requireViewer(routes.exceptionDecline(id, { slot: asked, version: read }))
  const ceremony = await getExceptionCeremony(viewer, id, 'decline', { slot: asked, read })
  if (!ceremony) notFound()
  if (!('slot' in ceremony)) return <ExceptionMoved moved={ceremony} verb="decline" />
  const { slot, sealed, system, texts, names } = ceremony
  const hrefOf = (key: string) => routes.exceptionDecline(id, { slot: key, version: sealed.number })
  if (ceremony.whyNot)
    return (
      <ExceptionDenied ceremony={ceremony} verb="decline">
        <CapacityChoice ceremony={ceremony} verb="decline" hrefOf={hrefOf} />
      </ExceptionDenied>
    )
  return (
    <SealedText canonical={sealed.canonical} hash={sealed.hash} what="exception">
      <ExceptionCeremonyPage exception={id} system={system.id} title={`Decline as ${slot.title}`} step={`version ${sealed.number}`}>
        <Paper>
          <h1 className="h1" id="h">
            You are about to decline this
          </h1>
          <CapacityChoice ceremony={ceremony} verb="decline" hrefOf={hrefOf} />
          <CeremonyStatement ceremony={ceremony} />
          <ExceptionAssurances
            ceremony={ceremony}
            permanent={
              ceremony.isExtension
                ? 'Permanent in the audit trail. The end that was approved holds; from then on it is overdue.'
                : `Permanent in the audit trail. ${id} ends with it; what still deviates stays open drift, or is filed anew.`
            }
          />
          <div className="mt-4">
            <WhileSealed>
              <DeclineForm
                exception={id}
                slot={slot}
                sealedHash={sealed.hash}
                stepUp={stepUpAction}
                decline={declineExceptionAction}
                here={hrefOf(slot.key)}
                back={routes.exception(id)}
              />
            </WhileSealed>
          </div>
        </Paper>
        <Panel label="What you decide on">
          <h2 className="h2">What you decide on</h2>
          <SealedFacts system={system.name} hash={sealed.hash} texts={texts} names={names} />
        </Panel>
      </ExceptionCeremonyPage>
    </SealedText>
  )
}
