import { GitPullRequestArrow } from 'lucide-react'
import { notFound } from 'next/navigation'
import { DeploymentTable } from '@/components/deployment/deployment-table'
import { Page, Panel, Paper } from '@/components/layout/page'
import { EmergencyChip } from '@/components/promotion/parts'
import { ApproveBundleForm } from '@/components/release/release-forms'
import { ReleaseWays } from '@/components/release/release-ways'
import { EmptyState } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { DeltaTable, KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { PageHead, Section } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { requireViewer } from '@/lib/auth/session'
import { listWords, plural } from '@/lib/format'
import { getRelease, type ReleaseDetail } from '@/lib/queries/release'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { approveBundleAction, bringEvidenceAction } from '../actions'

type Props = { params: Promise<{ slug: string; version: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: decodeURIComponent((await params).version) }
}

/** What is this build, and how far has it come? */
export default async function ReleasePage({ params }: Props) {
  const { slug, version: raw } = await params
  const version = decodeURIComponent(raw)
  const viewer = await requireViewer(routes.release(slug, version))
  const head = await getSystemHead(viewer, slug)
  const release = head && (await getRelease(viewer, head, version))
  if (!head || !release) notFound()
  const { policy } = head.version
  const commits = release.contributors.reduce((sum, each) => sum + each.commits, 0)
  return (
    <Page
      crumbs={[
        { label: 'Systems', href: routes.systems() },
        { label: head.name, href: routes.system(slug) },
        { label: 'Releases', href: routes.releases(slug) },
        { label: release.version },
      ]}
      layout="dossier"
    >
      <Paper>
        <PageHead
          title={`${head.name} ${release.version}`}
          lead={answer(
            release,
            head.profiles.filter((each) => each.version === release.version && each.class !== 'verification').map((each) => each.profile),
          )}
        />
        <Section title="Changes" aside={plural(release.changes.length, 'change')}>
          {release.changes.length === 0 ? (
            <div className="py-3">
              <EmptyState>No changes were registered with it.</EmptyState>
            </div>
          ) : (
            <DeltaTable
              caption="Changes"
              rows={release.changes.map((change, index) => ({
                key: `${index} ${change.summary}`,
                label: change.kind,
                value: <Visible text={change.summary} />,
                aside: change.reference,
              }))}
            />
          )}
        </Section>
        <ReleaseWays system={slug} release={release} profiles={policy.profiles} sources={policy.sources} bring={bringEvidenceAction} />
        <Section title="Promotions" aside={plural(release.promotions.length, 'promotion')}>
          {release.promotions.length === 0 ? (
            <div className="py-3">
              <EmptyState>No promotion of it was opened.</EmptyState>
            </div>
          ) : (
            <DeltaTable
              caption="Promotions"
              rows={release.promotions.map((each) => ({
                key: each.id,
                label: (
                  <Link className="link" href={routes.promotion(each.id)}>
                    {each.id}
                  </Link>
                ),
                value: (
                  <span className="row wrap gap-2">
                    {each.from} to {each.to}, {each.phase.replaceAll('_', ' ')}
                    <EmergencyChip incident={each.emergency} />
                  </span>
                ),
                aside: (
                  <>
                    <Time at={each.openedAt} show="date" />{' '}
                    <Link className="link" href={routes.note(slug, each.to, release.version)}>
                      Notes
                    </Link>
                  </>
                ),
              }))}
            />
          )}
        </Section>
        <Section title="Deployments" aside={plural(release.deployments.length, 'deployment')}>
          <div className="pt-3">
            <DeploymentTable rows={release.deployments} empty="It was never deployed." />
          </div>
        </Section>
      </Paper>
      <Panel label="Facts and actions">
        <h2 className="h2 mb-3">What was built</h2>
        <KeyValue
          items={[
            { label: 'Commit', value: <code>{release.gitSha}</code> },
            { label: 'Artefact', value: <code>{release.artefact}</code> },
            { label: 'Built', value: <Time at={release.buildDate} local /> },
            { label: 'APP_VERSION', value: <code>{release.appVersion ?? release.version}</code> },
            { label: 'Schema', value: SCHEMA[String(release.schemaBackwardCompatible)] },
            { label: 'Registered', value: <Time at={release.registeredAt} local /> },
            { label: 'By', value: release.registeredBy.name },
          ]}
        />
        <h2 className="h2 mt-7 mb-3">Contributors</h2>
        {release.contributors.length === 0 ? (
          <p className="c2">None were registered.</p>
        ) : (
          <>
            <p className="c2 mb-2">
              {plural(commits, 'commit')} by {plural(release.contributors.length, 'contributor')}. They do not sign towards a
              production-like profile unless the policy says otherwise.
            </p>
            <ul>
              {release.contributors.map((each) => (
                <li key={each.identity} className="row between border-line border-b py-1.5">
                  <span className="min-w-0">
                    {each.name ?? <code>{each.identity}</code>}
                    {each.name ? (
                      <code className="c3 block">{each.identity}</code>
                    ) : (
                      <span className="c3 t-xs block">nobody known here</span>
                    )}
                  </span>
                  <span className="num c2">{each.commits}</span>
                </li>
              ))}
            </ul>
          </>
        )}
        <h2 className="h2 mt-7 mb-3">Bundle</h2>
        {release.bundle.approvedAt ? (
          <Status status="pass" long>
            Approved by {release.bundle.approvedBy?.name ?? 'somebody erased'}, <Time at={release.bundle.approvedAt} />
          </Status>
        ) : (
          <div className="grid gap-3">
            <Status status={release.bundle.neededBy.length > 0 ? 'waiting' : 'na'} long>
              {release.bundle.neededBy.length > 0
                ? `Not approved; ${listWords(release.bundle.neededBy)} takes approved bundles only`
                : 'Not approved, and no profile asks for it'}
            </Status>
            {release.bundle.neededBy.length > 0 ? (
              <ApproveBundleForm
                action={approveBundleAction}
                system={slug}
                version={release.version}
                whyNot={release.bundle.whyNotApprove}
              />
            ) : null}
          </div>
        )}
        <h2 className="h2 mt-7 mb-3">Next</h2>
        <div className="grid gap-2">
          <LinkButton
            variant="primary"
            full
            href={routes.promotionNew({ system: slug, release: release.version })}
            icon={<GitPullRequestArrow size={15} />}
            refusal={release.whyNotPromote}
          >
            Open a promotion of {release.version}
          </LinkButton>
          <LinkButton full href={routes.deploymentNew({ system: slug, version: release.version })}>
            Start a deployment of it
          </LinkButton>
        </div>
      </Panel>
    </Page>
  )
}

const SCHEMA: Record<string, string> = {
  true: 'backward compatible',
  false: 'not backward compatible',
  null: 'nobody said, and so not backward compatible',
}

function answer(release: ReleaseDetail, liveOn: readonly string[]): string {
  const open = release.promotions.filter(({ phase }) => !['deployed', 'failed', 'withdrawn', 'superseded', 'rolled_back'].includes(phase))
  const way = open.length > 0 ? `${listWords(open.map(({ id, to }) => `${id} takes it to ${to}`))}` : 'no promotion of it is open'
  return `${liveOn.length > 0 ? `It runs on ${listWords(liveOn)}` : 'It runs nowhere'}; ${way}.`
}
