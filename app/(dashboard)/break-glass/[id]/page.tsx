import { notFound } from 'next/navigation'
import { CleanUpList } from '@/components/fallback/clean-up-list'
import { FallbackActions, FallbackFactsList } from '@/components/fallback/fallback-actions'
import { Unpaid } from '@/components/fallback/fallback-lists'
import { capital, PHASE, PURPOSE } from '@/components/fallback/fallback-words'
import { PrintButton } from '@/components/fallback/print-button'
import { RecordTimeline } from '@/components/incident/record-timeline'
import { Page, Panel, Paper } from '@/components/layout/page'
import { Words } from '@/components/policy/words'
import { KeyValue } from '@/components/ui/key-value'
import { PageHead, Section } from '@/components/ui/section'
import { Chip } from '@/components/ui/status'
import { Countdown, Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { requireViewer } from '@/lib/auth/session'
import { allowsInWords } from '@/lib/domain/fallback'
import { getFallback } from '@/lib/queries/fallback'
import { routes } from '@/lib/routes'
import { stepUpAction } from '../../actions'
import { cleanUpAction, closeNowAction, extendAction, openAction, reviewAction, withdrawAction } from '../actions'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: (await params).id }
}

/** Is it open, until when, and what is still owed? One use from its request to its review. */
export default async function FallbackPage({ params }: Props) {
  const { id } = await params
  const viewer = await requireViewer(routes.fallback(id))
  const detail = await getFallback(viewer, id)
  if (!detail) notFound()
  const { facts, phase } = detail
  const { status, words } = detail.lapsed ? { status: 'na' as const, words: 'Lapsed' } : PHASE[phase]
  const isOver = phase === 'ended' || phase === 'cleaned_up' || phase === 'reviewed'
  return (
    <Page
      crumbs={[{ label: 'Break glass', href: routes.breakGlass() }, { label: facts.id }]}
      phone={{ back: routes.breakGlass(), title: facts.id, aside: words }}
      layout="dossier"
      system={facts.system.id}
      className="sheet-of"
    >
      <Paper>
        {phase === 'open' && facts.expiresAt ? (
          <div className="openhead hatched">
            <b>The glass is open</b>
            <p className="bigtime">
              <Countdown until={facts.expiresAt} over="Closed by itself" /> left
            </p>
            <p>
              Closes by itself at <Time at={facts.expiresAt} show="time" local />.
            </p>
          </div>
        ) : null}
        <PageHead
          above={
            <>
              <Chip status={status}>{words}</Chip>
              <code className="c3">{facts.id}</code>
            </>
          }
          title={`Allow ${facts.rule.title} on ${facts.system.name} ${facts.rule.profile.id}`}
          lead={detail.sentence}
          actions={<PrintButton label="Print" />}
        />
        <Section title="What is allowed">
          <div className="pt-3">
            <KeyValue
              width="wider"
              items={[
                { label: 'Exactly', value: <Words text={allowsInWords(facts)} /> },
                { label: 'For', value: PURPOSE[facts.purpose] ?? facts.purpose },
                {
                  label: 'What was seen',
                  value: facts.reason ? <Visible text={facts.reason} /> : <span className="c3">taken off the record</span>,
                },
                { label: 'The rule', value: <Words text={capital(facts.rule.fallback.text)} /> },
              ]}
            />
          </div>
        </Section>
        {isOver ? (
          <Section title="Clean-up" aside={detail.debts.length === 0 ? 'nothing is owed' : `${detail.debts.length} unpaid`}>
            <CleanUpList detail={detail} />
          </Section>
        ) : null}
        {detail.debts.length > 0 ? (
          <Section title="Unpaid" id="unpaid">
            <p className="c2 pt-3 pb-3">
              Until this is paid, the next ordinary promotion to {facts.rule.profile.id} is held
              {facts.incident && !facts.incident.closed ? `, and ${facts.incident.id} cannot be closed` : ''}.
            </p>
            <Unpaid debts={detail.debts} empty="Nothing is owed." />
          </Section>
        ) : null}
        <Section title="What happened">
          <RecordTimeline {...detail.record} label="What happened, oldest first" subject={`fallback:${facts.id}`} />
        </Section>
      </Paper>
      <Panel label="Facts and actions">
        <FallbackActions
          detail={detail}
          actions={{
            stepUp: stepUpAction,
            open: openAction,
            withdraw: withdrawAction,
            closeNow: closeNowAction,
            extend: extendAction,
            cleanUp: cleanUpAction,
            review: reviewAction,
          }}
        />
        <h2 className="h2 mt-7 mb-3">Facts</h2>
        <FallbackFactsList detail={detail} />
      </Panel>
    </Page>
  )
}
