import { notFound } from 'next/navigation'
import { RunSpine } from '@/components/checklist/run-spine'
import { DeploymentWarnings, HealthSection, InputsSection, StampSection } from '@/components/deployment/deployment-facts'
import { deploymentStatus, KIND_WORDS } from '@/components/deployment/deployment-words'
import { FailedForm, RollbackForm, SucceededForm } from '@/components/deployment/result-forms'
import { Page, Panel, Paper } from '@/components/layout/page'
import { Words } from '@/components/policy/words'
import { EmergencyChip } from '@/components/promotion/parts'
import { profileRef } from '@/components/system/profile-ref'
import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { PageHead, Section } from '@/components/ui/section'
import { Chip } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { formatDuration } from '@/lib/domain/duration'
import { plural } from '@/lib/format'
import { type DeploymentDetail, getDeployment } from '@/lib/queries/deployment'
import { routes } from '@/lib/routes'
import { chooseVariantAction, finishDeploymentAction, startDeploymentAction, startRunAction, tickItemAction } from '../actions'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: (await params).id }
}

/** Which step are we on, and is it well? One deployment with its checklist as the spine. */
export default async function DeploymentPage({ params }: Props) {
  const { id } = await params
  const viewer = await requireViewer(routes.deployment(id))
  const detail = await getDeployment(viewer, id)
  if (!detail) notFound()
  const { row, policy, run } = detail
  const { status, words } = deploymentStatus(row)
  const fields = policy.artefact.stamping?.fields ?? ['GIT_SHA', 'BUILD_DATE', 'APP_VERSION']
  return (
    <Page
      crumbs={[
        { label: 'Deployments', href: routes.deployments() },
        { label: row.system.name, href: routes.systemDeployments(row.system.slug) },
        { label: row.id },
      ]}
      layout="dossier"
      system={row.system.slug}
    >
      <Paper>
        <PageHead
          above={
            <>
              <Chip status={status}>{words}</Chip>
              <EmergencyChip incident={row.emergency} />
              <code className="c3">{row.id}</code>
            </>
          }
          title={
            <>
              {row.system.name} {row.version} on {row.profile.id}
            </>
          }
          lead={answer(detail)}
        />
        <div className="mt-4">
          <DeploymentWarnings detail={detail} />
        </div>
        {run ? (
          <RunSpine
            run={run}
            actions={{ tick: tickItemAction, start: startRunAction, chooseVariant: chooseVariantAction }}
            start={{
              system: row.system.slug,
              version: row.version,
              profile: row.profile.id,
              whyNot: detail.whyNotStartRun,
              past: !row.watching && row.status !== 'started',
            }}
          />
        ) : (
          <Section title="Checklist">
            <div className="py-3">
              <EmptyState>{detail.whyNotStartRun?.sentence ?? 'There is nothing to walk through here.'}</EmptyState>
            </div>
          </Section>
        )}
        <InputsSection detail={detail} />
        <StampSection detail={detail} />
        <HealthSection endpoints={policy.topology.endpoints} sources={policy.sources} />
      </Paper>
      <Panel label="Facts and actions">
        <h2 className="h2 mb-3">Facts</h2>
        <KeyValue
          items={[
            {
              label: 'System',
              value: (
                <Link className="link" href={routes.system(row.system.slug)}>
                  {row.system.name}
                </Link>
              ),
            },
            { label: 'Profile', value: <ProfileTag profile={profileRef(row.profile.id, row.profile.class)} /> },
            {
              label: 'Release',
              value: (
                <Link className="link mono" href={routes.release(row.system.slug, row.version)}>
                  {row.version}
                </Link>
              ),
            },
            { label: 'Kind', value: KIND_WORDS[row.kind] },
            {
              label: 'Reverts',
              value: detail.reverts ? (
                <Link
                  className="link"
                  href={routes.deployment(detail.reverts.id)}
                >{`${detail.reverts.id}, ${detail.reverts.version}`}</Link>
              ) : null,
            },
            {
              label: 'Rolled back by',
              value: detail.revertedBy ? (
                <Link
                  className="link"
                  href={routes.deployment(detail.revertedBy.id)}
                >{`${detail.revertedBy.id}, ${detail.revertedBy.version}`}</Link>
              ) : null,
            },
            {
              label: 'Authority',
              value: row.authorised ? (
                row.promotion ? (
                  <Link className="link" href={routes.promotion(row.promotion)}>
                    {row.promotion}
                  </Link>
                ) : (
                  authority(row.kind)
                )
              ) : (
                'none'
              ),
            },
            { label: 'Policy', value: `version ${detail.policyNumber}` },
            { label: 'Started', value: <Time at={row.startedAt} local /> },
            { label: 'Ended', value: row.finishedAt ? <Time at={row.finishedAt} local /> : null },
            { label: 'Recorded by', value: <Actor name={row.startedBy.name} kind={row.startedBy.kind} /> },
            { label: 'Label', value: detail.targetLabel ? (detail.labelMismatch ?? `${detail.targetLabel}, informs only`) : null },
            { label: 'Told by', value: policy.deployment.targetIdentity ? <Words text={policy.deployment.targetIdentity.text} /> : null },
            { label: 'Watched for', value: policy.deployment.watchFor ? formatDuration(policy.deployment.watchFor) : null },
          ]}
        />
        <h2 className="h2 mt-7 mb-3">Result</h2>
        {row.status === 'started' ? (
          <div className="grid gap-4">
            <SucceededForm action={finishDeploymentAction} deployment={row.id} fields={fields} whyNot={detail.whyNotFinish} />
            {detail.whyNotFinish ? null : (
              <FailedForm action={finishDeploymentAction} deployment={row.id} known={policy.deployment.failureSignatures} fields={fields} />
            )}
          </div>
        ) : (
          <p className="c2">
            {words}
            {row.finishedAt ? (
              <>
                , <Time at={row.finishedAt} />
              </>
            ) : null}
            .
          </p>
        )}
        <h2 className="h2 mt-7 mb-3">Going back</h2>
        <p className="c2 mb-3">
          <Words text={policy.rollback.preferred ?? policy.rollback.text} />
        </p>
        {detail.rollback.whyNot ? (
          <Button refusal={detail.rollback.whyNot}>Roll back {row.id}</Button>
        ) : (
          <RollbackForm
            action={startDeploymentAction}
            system={row.system.slug}
            profile={row.profile.id}
            reverts={row.id}
            targets={detail.rollback.targets.map(({ version, judged }) => ({ version, reasons: judged.reasons }))}
            inputs={policy.deployment.allowedInputs
              .filter(({ profiles }) => profiles === undefined || profiles.includes(row.profile.id))
              .map(({ id: input, title, required, informational }) => ({ id: input, title, required, informational }))}
          />
        )}
      </Panel>
    </Page>
  )
}

const authority = (kind: DeploymentDetail['row']['kind']) =>
  kind === 'redeploy'
    ? 'the same release ran there with authority'
    : kind === 'rollback'
      ? 'the policy’s rule for going back'
      : 'no way leads to this profile, so none is needed'

function answer({ row, run }: DeploymentDetail): string {
  const open = run?.state.items.filter((item) => item.parts.length === 0 && item.state === 'open').length ?? 0
  const next = run?.state.items.find((item) => item.item.id === run.state.next)
  const steps = next ? ` ${plural(open, 'step')} open, next: ${next.item.text.replaceAll('`', '')}` : ''
  if (row.status === 'started') return `It is running.${steps}`
  if (row.status === 'succeeded') {
    if (row.watching) return `It succeeded and is watched.${steps}`
    return row.leftOpen
      ? `It succeeded, and another release took over since with ${plural(open, 'step')} never ticked.`
      : 'It succeeded, and nothing is left to do.'
  }
  if (row.status === 'failed') return 'It failed. What ran before is what runs.'
  return 'It was rolled back.'
}
