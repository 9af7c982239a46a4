import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { finishRollbackInput } from '@/lib/schemas/rotation'
import { finishRollback } from '@/lib/usecases/rotation/finish-rollback'

type Context = { params: Promise<{ rotation: string }> }

/** Ends a rollback whose steps are all recorded. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: finishRollbackInput, scope: 'rotation:run', status: 200, run: finishRollback })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
