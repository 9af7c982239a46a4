import { Rocket } from 'lucide-react'
import { DeploymentFilters } from '@/components/deployment/deployment-filters'
import { DeploymentTable } from '@/components/deployment/deployment-table'
import { Page } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { Pagination } from '@/components/ui/pagination'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { formatDate, listWords, numberWord } from '@/lib/format'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { getDeploymentStart } from '@/lib/queries/deployment'
import { DEPLOYMENT_STATES, type DeploymentPosition, type DeploymentRow, listDeployments } from '@/lib/queries/deployments'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Deployments' }

type Props = { searchParams: Promise<{ system?: string; profile?: string; state?: string; after?: string }> }

/** What is live, what failed? Deployments of every system the viewer may read, newest first. */
export default async function DeploymentsPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.deployments())
  const filter = {
    system: asked.system || undefined,
    profile: asked.profile || undefined,
    state: DEPLOYMENT_STATES.find((state) => state === asked.state),
  }
  const list = `deployments ${JSON.stringify(filter)}`
  const after = positionOf(list, asked.after) as DeploymentPosition | null // two values, as we encoded them
  const [{ rows, next }, { systems }] = await Promise.all([
    listDeployments(viewer, filter, { limit: 50, after }),
    getDeploymentStart(viewer, {}),
  ])
  const filtered = Object.values(filter).some(Boolean)
  const here = (cursor?: string) => routes.deployments({ ...filter, after: cursor })
  return (
    <Page crumbs={[{ label: 'Deployments' }]}>
      <PageHead
        title="Deployments"
        lead={answer(rows, filtered || after !== null)}
        actions={
          <LinkButton href={routes.deploymentNew()} icon={<Rocket size={15} />}>
            Start a deployment
          </LinkButton>
        }
      />
      <DeploymentFilters systems={systems} profiles={[...new Set(systems.flatMap((system) => system.profiles))]} chosen={filter} />
      <DeploymentTable
        rows={rows}
        empty={
          filtered
            ? 'No deployment matches this filter.'
            : 'No deployment is on record. A pipeline records one with its token, or a Release Manager starts one here.'
        }
      />
      <Pagination
        next={next ? here(encodeCursor(list, next)) : null}
        first={after ? here() : null}
        summary={`${rows.length} ${after ? 'older ' : ''}deployments`}
      />
    </Page>
  )
}

function answer(rows: readonly DeploymentRow[], partial: boolean): string {
  const failed = rows.find((row) => row.status === 'failed')
  const running = rows.filter((row) => row.status === 'started')
  const rogue = rows.filter((row) => !row.authorised)
  const parts = [
    running.length > 0
      ? `${listWords(running.map((row) => `${row.system.name} ${row.version} to ${row.profile.id}`))} ${running.length === 1 ? 'is' : 'are'} running`
      : 'Nothing is running',
    rogue.length > 0 ? `${numberWord(rogue.length).toLowerCase()} ${rogue.length === 1 ? 'was' : 'were'} without authority` : null,
    failed
      ? `the last failure was ${failed.system.name} ${failed.version} on ${failed.profile.id}, ${formatDate(failed.startedAt)}`
      : 'none failed',
  ].filter((part) => part !== null)
  return `${partial ? 'Among these: ' : ''}${parts.join(', ')}.`
}
