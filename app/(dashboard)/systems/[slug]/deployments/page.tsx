import { notFound } from 'next/navigation'
import { DeploymentTimelines } from '@/components/deployment/deployment-timelines'
import { SystemFrame } from '@/components/system/system-frame'
import { requireViewer } from '@/lib/auth/session'
import { listTimelines } from '@/lib/queries/deployments'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ slug: string }> }

export const metadata = { title: 'Deployments of a system' }

/** What happened on each profile of one system. */
export default async function SystemDeploymentsPage({ params }: Props) {
  const { slug } = await params
  const head = await getSystemHead(await requireViewer(routes.systemDeployments(slug)), slug)
  if (!head) notFound()
  const { profiles } = head.version.policy
  const rows = await listTimelines(
    head.slug,
    profiles.map(({ id }) => id),
    12,
  )
  return (
    <SystemFrame head={head} tab="Deployments">
      <DeploymentTimelines system={{ slug: head.slug, name: head.name }} profiles={profiles} rows={rows} />
    </SystemFrame>
  )
}
