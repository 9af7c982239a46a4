import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { recordStepInput } from '@/lib/schemas/rotation'
import { recordStep } from '@/lib/usecases/rotation/record-step'

type Context = { params: Promise<{ rotation: string; step: string }> }

/** Says of one step of the plan that it is done, failed, or does not apply. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: recordStepInput, scope: 'rotation:run', status: 200, run: recordStep })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
