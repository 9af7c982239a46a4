import { notFound } from 'next/navigation'
import { chooseVariantAction, startRunAction, tickItemAction } from '@/app/(dashboard)/deployments/actions'
import { RunSpine } from '@/components/checklist/run-spine'
import { Page } from '@/components/layout/page'
import { profileRef } from '@/components/system/profile-ref'
import { Banner } from '@/components/ui/banner'
import { Hash } from '@/components/ui/hash'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { checklistCounts } from '@/lib/domain/checklist'
import { getRun } from '@/lib/queries/checklists'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ slug: string; id: string }> }

export const metadata = { title: 'Checklist run' }

/** Which step is next? One walk through a checklist, for a release on its way to a profile. */
export default async function ChecklistRunPage({ params }: Props) {
  const { slug, id } = await params
  const viewer = await requireViewer(routes.systemChecklist(slug, id))
  const head = await getSystemHead(viewer, slug)
  const found = head && (await getRun(viewer, slug, id))
  if (!head || !found) notFound()
  const { run } = found
  const counts = checklistCounts(run.state)
  return (
    <Page
      crumbs={[
        { label: 'Systems', href: routes.systems() },
        { label: head.name, href: routes.system(slug) },
        { label: 'Checklists', href: routes.systemChecklists(slug) },
        { label: `${run.list.title}, ${found.version}` },
      ]}
      layout="page"
    >
      <PageHead
        above={
          <>
            <ProfileTag profile={profileRef(found.profile.id, found.profile.class)} />
            <Hash hash={run.templateHash} groups={2} />
          </>
        }
        title={`${run.list.title} for ${found.version}`}
        lead={`${counts.done} of ${counts.total} done${counts.failed > 0 ? `, ${counts.failed} failed` : ''}. What comes during and after waits for the deployment.`}
      />
      <p className="row c2 wrap mt-2 gap-4">
        {found.promotion ? (
          <Link className="link" href={routes.promotion(found.promotion)}>
            {found.promotion}
          </Link>
        ) : null}
        {found.deployment ? (
          <Link className="link" href={routes.deployment(found.deployment)}>
            {found.deployment}
          </Link>
        ) : null}
        <Link className="link" href={routes.release(slug, found.version)}>
          Release {found.version}
        </Link>
      </p>
      {found.replacedBy ? (
        <div className="mt-3">
          <Banner status="na" title="A newer run took the place of this one">
            This one stays as it was left.{' '}
            <Link className="link" href={routes.systemChecklist(slug, found.replacedBy)}>
              Open the newer one
            </Link>
          </Banner>
        </div>
      ) : null}
      <RunSpine
        run={run}
        actions={{ tick: tickItemAction, start: startRunAction, chooseVariant: chooseVariantAction }}
        start={{ system: slug, version: found.version, profile: found.profile.id, whyNot: null }}
      />
    </Page>
  )
}
