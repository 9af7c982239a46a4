import { notFound } from 'next/navigation'
import { requestStatementAction } from '@/app/statements/actions'
import { ExceptionApprovals } from '@/components/exception/approvals'
import { type ExceptionActions, ExceptionActs, ExceptionPeople } from '@/components/exception/exception-panel'
import { Closed, Conditions, ExceptionSentence, Terms, WhatDeviates } from '@/components/exception/exception-paper'
import { ExceptionSpan } from '@/components/exception/exception-span'
import { EXCEPTION_STATUS, stateWords } from '@/components/exception/exception-words'
import { RecordTimeline } from '@/components/incident/record-timeline'
import { Page, Panel, Paper } from '@/components/layout/page'
import { StatementSection } from '@/components/statement/statement-section'
import { profileRef } from '@/components/system/profile-ref'
import { Banner } from '@/components/ui/banner'
import { ProfileTag } from '@/components/ui/profile'
import { PageHead, Section } from '@/components/ui/section'
import { Chip } from '@/components/ui/status'
import { requireViewer } from '@/lib/auth/session'
import { getException } from '@/lib/queries/exception'
import { routes } from '@/lib/routes'
import {
  addConditionAction,
  closeExceptionAction,
  extendExceptionAction,
  withdrawExceptionAction,
  withdrawExtensionAction,
} from '../actions'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: (await params).id }
}

const ACTIONS: ExceptionActions = {
  extend: extendExceptionAction,
  withdrawExtension: withdrawExtensionAction,
  withdraw: withdrawExceptionAction,
  addCondition: addConditionAction,
  close: closeExceptionAction,
}

/** What deviates here, whose is it, until when, and who approved it? One exception with its ends, conditions and record (000.32; ux.md section 11). */
export default async function ExceptionPage({ params }: Props) {
  const { id } = await params
  const viewer = await requireViewer(routes.exception(id))
  const detail = await getException(viewer, id)
  if (!detail) notFound()
  const { facts, state, slots, history } = detail
  const waitsFor = slots.flatMap(({ signed, title }) => (signed ? [] : title))
  return (
    <Page
      crumbs={[
        { label: 'Exceptions', href: routes.exceptions() },
        { label: facts.systemName, href: routes.exceptions({ system: facts.system }) },
        { label: facts.id },
      ]}
      phone={{ back: routes.exceptions(), title: facts.id }}
      layout="dossier"
      system={facts.system}
    >
      <Paper>
        <PageHead
          above={
            <>
              <ProfileTag profile={profileRef(facts.profile, detail.profileClass)} />
              <Chip status={state === 'running' && !facts.covers ? 'open-drift' : EXCEPTION_STATUS[state]}>
                {stateWords({ ...facts, state, waitsFor }, viewer.now)}
              </Chip>
              <code className="c3">{facts.id}</code>
            </>
          }
          title={`${facts.systemName}: ${facts.ref.title}`}
          lead={detail.standing}
        />
        {state === 'overdue' ? (
          <div className="mt-4">
            <Banner status="fail" title={`It ran over, and holds promotions to ${facts.profileName}.`}>
              What deviates is open drift since then. Close it with what shows that it is fixed, or ask for more time.
            </Banner>
          </div>
        ) : null}
        <div className="mt-4">
          <ExceptionSentence detail={detail} />
        </div>
        <ExceptionSpan
          startsAt={facts.startsAt}
          endsAt={facts.endsAt}
          askedUntil={facts.asked?.until ?? null}
          endedAt={facts.endedAt}
          ends={facts.history.map(({ until }) => until)}
          now={viewer.now}
        />
        <WhatDeviates detail={detail} />
        <Closed detail={detail} />
        <Terms detail={detail} />
        <Conditions detail={detail} />
        <Section title="History" id="history">
          <div className="pt-3">
            <RecordTimeline
              rows={history.rows}
              more={history.more}
              label={`What happened to ${facts.id}`}
              subject={`exception:${facts.id}`}
            />
          </div>
        </Section>
      </Paper>
      <Panel label="Approval and acts">
        <ExceptionApprovals detail={detail} />
        <ExceptionActs detail={detail} actions={ACTIONS} now={viewer.now} />
        <ExceptionPeople detail={detail} />
        <StatementSection kind="exception" id={facts.id} ask={requestStatementAction} />
      </Panel>
    </Page>
  )
}
