import { notFound } from 'next/navigation'
import { ChangeEntries, DeploymentTable, EvidenceTable, SealPart } from '@/components/auditor/change-parts'
import { Page } from '@/components/layout/page'
import { EmptyState, Statement } from '@/components/ui/banner'
import { Hash } from '@/components/ui/hash'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { PageHead, Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { formatSha, plural } from '@/lib/format'
import { type ChangeDossier, getChangeDossier } from '@/lib/queries/auditor/change-dossier'
import { routes } from '@/lib/routes'
import { noteVisit } from '../../room/note-visit'

type Props = { params: Promise<{ change: string }> }

export const metadata = { title: 'Change' }

const ID = /^(?:PRM|DEP)-\d{1,12}$/

/** Everything on the record of one change: what an auditor reads to judge whether the rules were kept for it. */
export default async function ChangePage({ params }: Props) {
  const { change } = await params
  const viewer = await requireViewer(routes.auditChange(change))
  const dossier = ID.test(change) ? await getChangeDossier(viewer, change) : null
  if (!dossier) notFound()
  await noteVisit(viewer, `change/${dossier.id}`, { system: dossier.system.id }, routes.auditChange(change))
  const { seals, notes, release, promotion, policy } = dossier
  const signOffs = seals.flatMap((seal) => seal.signOffs)
  return (
    <Page
      crumbs={[{ label: 'Audit', href: routes.audit() }, { label: 'Changes', href: routes.auditPopulation() }, { label: dossier.id }]}
      system={dossier.system.id}
    >
      <PageHead title={titleOf(dossier)} lead={leadOf(dossier, signOffs.length)} />
      <KeyValue
        className="mt-4"
        width="wider"
        items={[
          {
            label: dossier.kind === 'promotion' ? 'Promotion' : 'Deployment',
            value: (
              <Link
                className="link mono"
                href={dossier.kind === 'promotion' ? routes.promotion(dossier.id) : routes.deployment(dossier.id)}
              >
                {dossier.id}
              </Link>
            ),
          },
          {
            label: dossier.kind === 'promotion' ? 'Opened' : 'Started',
            value: (
              <>
                <Time at={dossier.at} show="seconds" /> by {dossier.by.name}
              </>
            ),
          },
          {
            label: 'Promotion behind it',
            value:
              dossier.kind === 'promotion' ? null : promotion ? (
                <Link className="link mono" href={routes.promotion(promotion.id)}>
                  {promotion.id}
                </Link>
              ) : (
                'none'
              ),
          },
          { label: 'Commit', value: <code>{formatSha(release.gitSha)}</code> },
          { label: 'Artefact', value: <code className="break-all">{release.artefact}</code> },
          { label: 'Built', value: <Time at={release.buildDate} /> },
          {
            label: 'Policy',
            value: (
              <>
                <Link className="link" href={routes.systemPolicy(dossier.system.id, { version: policy.number })}>
                  version {policy.number}
                </Link>
                , applied <Time at={policy.appliedAt} /> <Hash hash={policy.hash} short seal={false} />
              </>
            ),
          },
          { label: 'Incident', value: promotion?.incident ?? null },
        ]}
      />
      <Section no={1} title="What changed" aside={plural(release.changes.length, 'change')}>
        {release.changes.length === 0 ? (
          <EmptyState>The release names no changes.</EmptyState>
        ) : (
          <ul className="grid gap-1.5 py-3">
            {release.changes.map(({ kind, summary, reference }) => (
              <li key={`${kind} ${summary}`}>
                <span className="c3">{kind}</span> {summary}
                {reference ? <span className="c3"> {reference}</span> : null}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section no={2} title="What was sealed and signed" aside={plural(signOffs.length, 'decision')}>
        {promotion === null || seals.length === 0 ? (
          <EmptyState>
            {promotion === null
              ? 'No promotion stands behind this deployment, so nothing was signed for it.'
              : 'Nothing was sealed, so nobody could sign.'}
          </EmptyState>
        ) : (
          seals.map((seal) => <SealPart key={seal.number} seal={seal} promotion={promotion.id} />)
        )}
      </Section>
      <Section no={3} title="Evidence" aside={plural(dossier.evidence.length, 'piece')}>
        <div className="py-1">
          <EvidenceTable evidence={dossier.evidence} />
        </div>
      </Section>
      <Section no={4} title="Exceptions relied on" aside={dossier.exceptions.length === 0 ? 'none' : String(dossier.exceptions.length)}>
        {dossier.exceptions.length === 0 ? (
          <EmptyState>
            {seals.length === 0
              ? 'No drift exceptions: nothing was sealed that could name one.'
              : 'No drift exceptions: the newest sealed version names none.'}
          </EmptyState>
        ) : (
          <ul className="grid gap-3 py-3">
            {dossier.exceptions.map(({ id, sentence }) => (
              <li key={id}>
                <Link className="link mono" href={routes.exception(id)}>
                  {id}
                </Link>
                <Statement tone="drift">{sentence}</Statement>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section no={5} title="Deployments">
        <div className="py-1">
          <DeploymentTable deployments={dossier.deployments} />
        </div>
      </Section>
      <Section no={6} title="Discussion and notes">
        <div className="grid gap-3 py-3">
          {dossier.questions.length === 0 ? <p className="c2">Nobody asked a question.</p> : null}
          {dossier.questions.map(({ by, at, text }) => (
            <p key={text.digest}>
              <b className="b">{by.name}</b>, <Time at={at} show="seconds" />: {text.body ?? 'These words were taken off the record.'}
            </p>
          ))}
          {notes.length === 0 ? <p className="c2">No release notes were sealed.</p> : null}
          {notes.map(({ number, hash, matches, sealedAt, endedBy }) => (
            <p key={number}>
              Release notes version {number}, sealed <Time at={sealedAt} />
              {endedBy ? `, ${endedBy}` : ''}. <Hash hash={hash} short seal={false} />{' '}
              {matches ? 'The bytes match.' : 'The bytes give another hash.'}
            </p>
          ))}
        </div>
      </Section>
      <Section no={7} title="Entries of the trail" aside={plural(dossier.entries.length, 'entry', 'entries')}>
        <div className="py-1">
          <ChangeEntries entries={dossier.entries} />
        </div>
      </Section>
    </Page>
  )
}

function titleOf({ kind, system, release, promotion, profile }: ChangeDossier): string {
  const what = `${system.name} ${release.version}`
  return kind === 'promotion' && promotion ? `${what}, ${promotion.from} to ${promotion.to}` : `${what} on ${profile}`
}

function leadOf(dossier: ChangeDossier, decisions: number): string {
  const bad = dossier.seals.filter(({ matches }) => !matches).length
  const unauthorised = dossier.deployments.filter(({ authorised }) => !authorised).length
  const stands = `${dossier.kind === 'promotion' ? (dossier.promotion?.emergency ? 'Emergency promotion' : 'Promotion') : 'Deployment'}, ${dossier.status.replace('_', ' ')}`
  const parts = [
    plural(decisions, 'decision'),
    `${plural(dossier.evidence.length, 'piece')} of evidence`,
    plural(dossier.deployments.length, 'deployment'),
  ]
  const grave = [
    unauthorised > 0 ? `${unauthorised} of the deployments ${unauthorised === 1 ? 'was' : 'were'} unauthorised` : null,
    bad > 0 ? `${plural(bad, 'sealed text')} no longer ${bad === 1 ? 'gives its' : 'give their'} hash` : null,
  ].filter(Boolean)
  return `${stands}: ${parts.join(', ')}${grave.length > 0 ? `; ${grave.join('; ')}` : ''}.`
}
