import { notFound } from 'next/navigation'
import { hrefOf, Unpaid } from '@/components/fallback/fallback-lists'
import { PHASE } from '@/components/fallback/fallback-words'
import { PrintButton } from '@/components/fallback/print-button'
import { ChangeForm, CloseForm } from '@/components/incident/incident-forms'
import { SEVERITIES, severityWords } from '@/components/incident/incident-words'
import { RecordTimeline } from '@/components/incident/record-timeline'
import { Page, Panel, Paper } from '@/components/layout/page'
import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { PageHead, Section } from '@/components/ui/section'
import { Chip, Status } from '@/components/ui/status'
import { Age, Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { requireViewer } from '@/lib/auth/session'
import { plural } from '@/lib/format'
import { getIncident, type LinkedThing } from '@/lib/queries/incident'
import { routes } from '@/lib/routes'
import { changeIncidentAction, closeIncidentAction } from '../actions'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: (await params).id }
}

/** What is wrong, who commands, and what keeps it open? */
export default async function IncidentPage({ params }: Props) {
  const { id } = await params
  const viewer = await requireViewer(routes.incident(id))
  const detail = await getIncident(viewer, id)
  if (!detail) notFound()
  const { facts, linked, running, debts, whyNot } = detail
  const { closed, system } = facts
  const held = running.length + debts.length
  return (
    <Page
      crumbs={[
        { label: 'Incidents', href: routes.incidents() },
        { label: system.name, href: routes.system(system.id) },
        { label: facts.id },
      ]}
      phone={{ back: routes.incidents(), title: facts.id, aside: closed ? 'Closed' : 'Open' }}
      layout="dossier"
      system={system.id}
      className="sheet-of"
    >
      <Paper>
        <PageHead
          above={
            <>
              <Chip status={closed ? 'pass' : (SEVERITIES.find(({ value }) => value === facts.severity)?.status ?? 'warn')}>
                {closed ? 'Closed' : 'Open'}, {severityWords(facts.severity).toLowerCase()}
              </Chip>
              <code className="c3">{facts.id}</code>
            </>
          }
          title={<Visible text={facts.title} />}
          lead={
            closed ? (
              <>
                {system.name} {facts.profile ?? 'as a whole'}. Closed by {closed.by.name}, <Time at={closed.at} />.
              </>
            ) : (
              <>
                {system.name} {facts.profile ?? 'as a whole'}, open for <Age since={facts.openedAt} />.{' '}
                {facts.commander ? `${facts.commander.name} commands.` : 'Nobody commands it yet.'}
              </>
            )
          }
          actions={<PrintButton label="Print" />}
        />
        {closed ? (
          <Section title="How it ended">
            <div className="pt-3">
              <KeyValue
                width="wider"
                items={[
                  { label: 'Note', value: closed.note ? <Visible text={closed.note} /> : <span className="c3">taken off the record</span> },
                  { label: 'Postmortem', value: <Reference text={closed.postmortem} /> },
                ]}
              />
            </div>
          </Section>
        ) : (
          <Section title="What keeps it open" aside={held === 0 ? 'nothing' : plural(held, 'thing')}>
            <div className="pt-2">
              {held === 0 ? <EmptyState>Nothing runs under it and nothing is owed. An incident commander can close it.</EmptyState> : null}
              {running.length > 0 ? (
                <ul className="grid gap-1.5 py-1">
                  {running.map(({ id: own, sentence }) => (
                    <li key={own}>
                      <Status status="running" long plain>
                        <span className="c1">{sentence}</span>
                      </Status>
                    </li>
                  ))}
                </ul>
              ) : null}
              {debts.length > 0 ? <Unpaid debts={debts} empty="Nothing is owed." /> : null}
            </div>
          </Section>
        )}
        <Section title="Done for it" aside={linked.length === 0 ? undefined : linked.length}>
          {linked.length === 0 ? (
            <div className="pt-3">
              <EmptyState>No rotation, break-glass or emergency promotion names it.</EmptyState>
            </div>
          ) : (
            <ul className="bigrows">
              {linked.map((thing) => (
                <li key={thing.id}>
                  <Link href={hrefOf({ subject: thing, kind: 'clean_up' })}>
                    <span>
                      <b className="b">{linkedTitle(thing)}</b>
                      <span className="under">
                        {thing.id}, <Time at={thing.at} />
                      </span>
                    </span>
                    {thing.kind === 'fallback' ? (
                      <Status status={PHASE[thing.phase].status}>{PHASE[thing.phase].words}</Status>
                    ) : (
                      <span className="c2">{thing.status.replaceAll('_', ' ')}</span>
                    )}
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </Section>
        <Section title="What happened">
          <RecordTimeline {...detail.record} label="What happened, oldest first" subject={`incident:${facts.id}`} />
        </Section>
      </Paper>
      <Panel label="Facts and actions">
        <h2 className="h2 mb-3">Facts</h2>
        <KeyValue
          items={[
            { label: 'System', value: <SystemLink id={system.id} name={system.name} /> },
            { label: 'Profile', value: facts.profile ?? 'all of them' },
            { label: 'Severity', value: severityWords(facts.severity) },
            {
              label: 'Commander',
              value: facts.commander ? <Actor name={facts.commander.name} kind={facts.commander.kind} /> : closed ? 'nobody' : 'nobody yet',
            },
            { label: 'Outside', value: <Reference text={facts.reference} /> },
            { label: 'Declared by', value: <Actor name={facts.declaredBy.name} kind={facts.declaredBy.kind} /> },
            { label: 'Opened', value: <Time at={facts.openedAt} local /> },
            { label: 'Closed', value: closed ? <Time at={closed.at} local /> : null },
          ]}
        />
        {closed ? null : (
          <div className="offpaper grid gap-6 pt-7">
            <div className="grid gap-2">
              <h2 className="h2 mb-1">Do something about it</h2>
              <LinkButton href={routes.breakGlass({ system: system.id, incident: facts.id })} full>
                Break glass under {facts.id}
              </LinkButton>
              <LinkButton href={routes.rotationNew({ system: system.id, incident: facts.id })} full>
                Open a rotation
              </LinkButton>
              <LinkButton href={routes.systemContacts(system.id)} full>
                Whom to call
              </LinkButton>
            </div>
            <ChangeForm
              action={changeIncidentAction}
              incident={facts.id}
              severity={facts.severity}
              reference={facts.reference}
              commander={facts.commander?.id ?? null}
              commanders={detail.commanders}
              whyNot={whyNot.change}
            />
            <div>
              <h2 className="h2 mb-3">Close it</h2>
              <CloseForm action={closeIncidentAction} incident={facts.id} whyNot={whyNot.close && { sentence: whyNot.close.sentence }} />
            </div>
          </div>
        )}
      </Panel>
    </Page>
  )
}

function SystemLink({ id, name }: { id: string; name: string }) {
  return (
    <Link className="link" href={routes.system(id)}>
      {name}
    </Link>
  )
}

/** An id or an address outside: a link where it is one, for people to follow. */
function Reference({ text }: { text: string | null }) {
  if (text === null) return <span className="c3">none</span>
  if (!/^https?:\/\//.test(text)) return <code>{text}</code>
  return (
    <a className="link" href={text} rel="noreferrer noopener">
      {text}
    </a>
  )
}

function linkedTitle(thing: LinkedThing): string {
  switch (thing.kind) {
    case 'fallback':
      return `Break-glass on ${thing.profile}`
    case 'rotation':
      return `Rotation on ${thing.profile}`
    case 'promotion':
      return `Emergency promotion of ${thing.version} to ${thing.profile}`
    default:
      return thing satisfies never
  }
}
