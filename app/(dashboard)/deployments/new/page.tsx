import { ChooseStart } from '@/components/deployment/choose-start'
import { KIND_WORDS } from '@/components/deployment/deployment-words'
import { StartForm } from '@/components/deployment/start-form'
import { Page } from '@/components/layout/page'
import { EmptyState } from '@/components/ui/banner'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { PageHead, Section } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { requireViewer } from '@/lib/auth/session'
import { getDeploymentStart } from '@/lib/queries/deployment'
import { routes } from '@/lib/routes'
import { startDeploymentAction } from '../actions'

export const metadata = { title: 'Start a deployment' }

type Props = { searchParams: Promise<{ system?: string; profile?: string; version?: string }> }

/** May this go there now? Judged by the same rule that records the start. */
export default async function NewDeploymentPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.deploymentNew(asked))
  const start = await getDeploymentStart(viewer, asked)
  const { chosen } = start
  return (
    <Page crumbs={[{ label: 'Deployments', href: routes.deployments() }, { label: 'Start' }]} layout="read">
      <PageHead
        title="Start a deployment"
        lead="Gates and signatures are judged again at the instant it starts. A pipeline records its own with a token; what it starts without authority is recorded and shown."
      />
      <div className="mt-6">
        {start.systems.length === 0 ? (
          <EmptyState big>You hold no role on a system. An admin grants roles.</EmptyState>
        ) : (
          <ChooseStart start={start} />
        )}
      </div>
      {chosen?.profile && chosen.version ? (
        <Section
          title={`${chosen.system.name} ${chosen.version} to ${chosen.profile.id}`}
          aside={chosen.judged ? KIND_WORDS[chosen.judged.kind] : undefined}
        >
          <div className="my-4 grid gap-4">
            <KeyValue
              width="wider"
              items={[
                { label: 'Runs there now', value: chosen.live ?? 'nothing' },
                {
                  label: 'Promotion',
                  value: chosen.promotion ? (
                    <Link className="link" href={routes.promotion(chosen.promotion)}>
                      {chosen.promotion}
                    </Link>
                  ) : chosen.from.length > 0 ? (
                    `none is open${chosen.judged?.kind === 'redeploy' ? ', and a redeployment needs none' : ''}`
                  ) : (
                    'no way leads there, so none is needed'
                  ),
                },
                {
                  label: 'Authority',
                  value: chosen.judged?.authorised ? (
                    <Status status="pass">It may start now</Status>
                  ) : (
                    <Status status="fail" long>
                      It may not start
                    </Status>
                  ),
                },
              ]}
            />
            <StartForm
              action={startDeploymentAction}
              system={chosen.system.slug}
              profile={chosen.profile.id}
              version={chosen.version}
              inputs={chosen.policy.deployment.allowedInputs
                .filter(({ profiles, kind }) => kind !== 'label' && (profiles === undefined || profiles.includes(chosen.profile?.id ?? '')))
                .map(({ id, title, required, informational }) => ({ id, title, required, informational }))}
              takesLabel={chosen.policy.deployment.targetIdentity?.labelInput !== undefined}
              whyNot={chosen.whyNot}
            />
          </div>
        </Section>
      ) : chosen ? (
        <p className="c2 mt-4">
          {chosen.releases.length === 0
            ? `${chosen.system.name} has no registered release.`
            : 'Choose a profile and a release, and it is judged here.'}
        </p>
      ) : null}
    </Page>
  )
}
