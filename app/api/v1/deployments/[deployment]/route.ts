import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getDeployment } from '@/lib/queries/api/deployments'
import { getDeploymentInput } from '@/lib/schemas/api/deployments'

type Context = { params: Promise<{ deployment: string }> }

/** One deployment. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getDeploymentInput,
    run: ({ actor }, { deployment }, { now }) => getDeployment({ actor, now }, deployment),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
