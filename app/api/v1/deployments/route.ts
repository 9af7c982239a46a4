import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listDeployments } from '@/lib/queries/api/deployments'
import { listDeploymentsInput } from '@/lib/schemas/api/deployments'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { listPage } from '../list-page'

/** Deployments the caller may see, the newest started first. */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: listDeploymentsInput,
    run: ({ actor }, { system, profile, status }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['deployments', system, profile, status],
        (slice) => listDeployments({ actor, now }, { system, profile, status }, slice),
        ({ startedAt, id }) => [startedAt, id],
      ),
  })
}

/** Records that a deployment starts; one without authority too, with every reason. */
export function POST(request: Request): Promise<Response> {
  return respond(request, {
    schema: startDeploymentInput,
    scope: 'deployment:record',
    run: (ctx, input) => startDeployment(ctx, input),
    location: (_, result) => `/api/v1/deployments/${(result as Awaited<ReturnType<typeof startDeployment>>).id}`, // what run gave
  })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
