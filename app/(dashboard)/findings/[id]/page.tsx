import { notFound } from 'next/navigation'
import { AcknowledgeForm, ResolveForm } from '@/components/finding/finding-forms'
import { ItsExceptions, WhatAnswers, WhatDeviates, WhereFrom } from '@/components/finding/finding-sections'
import { END, findingStatus, findingWords, KIND_WORDS, SEVERITY_WORDS } from '@/components/finding/finding-words'
import { RecordTimeline } from '@/components/incident/record-timeline'
import { Page, Panel, Paper } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { PageHead, Section } from '@/components/ui/section'
import { Chip } from '@/components/ui/status'
import { Age, Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { requireViewer } from '@/lib/auth/session'
import { type FindingDetail, getFinding } from '@/lib/queries/finding'
import { routes } from '@/lib/routes'
import { acknowledgeFindingAction, resolveFindingAction } from '../actions'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: (await params).id }
}

/** What deviates, who says so, what it holds, and what answers it? */
export default async function FindingPage({ params }: Props) {
  const { id } = await params
  const viewer = await requireViewer(routes.finding(id))
  const detail = await getFinding(viewer, id)
  if (!detail) notFound()
  const { system, profile, closed, acknowledged, covering, kind } = detail
  const stated = { ...detail, exception: covering }
  const words = findingWords(stated, viewer.now)
  return (
    <Page
      crumbs={[{ label: 'Findings', href: routes.findings() }, { label: system.name, href: routes.system(system.slug) }, { label: id }]}
      phone={{ back: routes.findings(), title: id, aside: closed ? 'Closed' : 'Open' }}
      layout="dossier"
      system={system.slug}
    >
      <Paper>
        <PageHead
          above={
            <>
              <Chip status={findingStatus(stated)}>{words}</Chip>
              <code className="c3">{id}</code>
            </>
          }
          title={<Visible text={detail.title} />}
          lead={
            <>
              {KIND_WORDS[kind]}, {system.name} {profile ?? 'as a whole'}.{' '}
              {closed ? (
                <>
                  {END[closed.how]} <Time at={closed.at} />.
                </>
              ) : (
                <>
                  Open for <Age since={detail.openedAt} />. {nextWords(detail)}
                </>
              )}
            </>
          }
        />
        <WhatDeviates detail={detail} />
        <WhereFrom detail={detail} />
        {closed?.resolution ? (
          <Section title="How it was resolved">
            <p className="pt-3">
              <Visible text={closed.resolution} />
            </p>
            <p className="t-xs c3 mt-1">{closed.by?.name}</p>
          </Section>
        ) : null}
        <ItsExceptions detail={detail} now={viewer.now} />
        <WhatAnswers detail={detail} now={viewer.now} />
        <Section title="What happened">
          <RecordTimeline {...detail.record} label="What happened, oldest first" subject={`finding:${id}`} />
        </Section>
      </Paper>
      <Panel label="Facts and actions">
        <h2 className="h2 mb-3">Facts</h2>
        <KeyValue
          items={[
            {
              label: 'System',
              value: (
                <Link className="link" href={routes.system(system.slug)}>
                  {system.name}
                </Link>
              ),
            },
            { label: 'Profile', value: profile ?? 'all of them' },
            { label: 'Weight', value: SEVERITY_WORDS[detail.severity] },
            { label: 'Opened', value: <Time at={detail.openedAt} local /> },
            { label: 'Closed', value: closed ? <Time at={closed.at} local /> : null },
            { label: 'Outside', value: detail.reference ? <code>{detail.reference}</code> : null },
            {
              label: 'Seen by',
              value: acknowledged ? (
                <>
                  {acknowledged.by.name}, <Time at={acknowledged.at} />
                  {acknowledged.note ? (
                    <span className="c2 block">
                      <Visible text={acknowledged.note} />
                    </span>
                  ) : null}
                </>
              ) : (
                <span className="c3">nobody yet</span>
              ),
            },
          ]}
        />
        {closed ? null : (
          <div className="offpaper grid gap-6 pt-7">
            <Actions detail={detail} />
          </div>
        )}
      </Panel>
    </Page>
  )
}

function nextWords({ covering, severity, profile, kind }: FindingDetail): string {
  if (covering) return `${covering.id} covers it; ${covering.owner.name} owns that.`
  if (kind === 'conflict')
    return severity === 'block' ? 'Every promotion of the system waits for its resolution.' : 'It waits for its resolution.'
  if (severity === 'block') return profile ? `Promotions to ${profile} wait for it.` : 'Promotions wait for it.'
  return 'It holds nothing.'
}

function Actions({ detail }: { detail: FindingDetail }) {
  const { id, system, profile, rule, observed, covering, exceptions, kind, whyNot } = detail
  const open = covering ?? exceptions.find(({ state }) => state === 'filed' || state === 'overdue' || state === 'running')
  return (
    <>
      <div className="grid gap-2">
        <h2 className="h2 mb-1">Do something about it</h2>
        {open ? (
          <LinkButton full href={routes.exception(open.id)}>
            Open {open.id}
          </LinkButton>
        ) : (
          <LinkButton
            full
            variant={kind === 'drift' && !whyNot.except ? 'primary' : undefined}
            href={routes.exceptionNew({
              system: system.slug,
              profile: profile ?? undefined,
              rule,
              finding: id,
              observed: observed.slice(0, 200),
            })}
            refusal={whyNot.except}
          >
            File exception
          </LinkButton>
        )}
      </div>
      {detail.acknowledged ? null : (
        <AcknowledgeForm
          action={acknowledgeFindingAction}
          finding={id}
          whyNot={whyNot.acknowledge && { sentence: whyNot.acknowledge.sentence }}
        />
      )}
      {detail.raisedBy ? (
        <ResolveForm action={resolveFindingAction} finding={id} whyNot={whyNot.resolve && { sentence: whyNot.resolve.sentence }} />
      ) : null}
    </>
  )
}
