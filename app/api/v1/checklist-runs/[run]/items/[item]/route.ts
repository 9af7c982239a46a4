import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { tickItemInput } from '@/lib/schemas/checklist'
import { tickItem } from '@/lib/usecases/checklist/tick-item'

type Context = { params: Promise<{ run: string; item: string }> }

/** Says of one item of a run that it is done, failed, not applicable or open again. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: tickItemInput, scope: 'checklist:run', status: 200, run: tickItem })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
