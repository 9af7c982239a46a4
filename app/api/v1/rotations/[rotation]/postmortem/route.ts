import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { recordPostmortemInput } from '@/lib/schemas/rotation'
import { recordPostmortem } from '@/lib/usecases/rotation/record-postmortem'

type Context = { params: Promise<{ rotation: string }> }

/** Records where the postmortem of a rolled back rotation is. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: recordPostmortemInput, scope: 'rotation:run', status: 200, run: recordPostmortem })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
