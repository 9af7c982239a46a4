import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { finishDeploymentInput } from '@/lib/schemas/deployment'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'

type Context = { params: Promise<{ deployment: string }> }

/** Records how a deployment ended. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: finishDeploymentInput, scope: 'deployment:record', status: 200, run: finishDeployment })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
