import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { retireKeyInput } from '@/lib/schemas/key'
import { retireKey } from '@/lib/usecases/key/retire-key'

type Context = { params: Promise<{ system: string; profile: string; mapping: string }> }

/** Records that an old key no longer works, with the proof. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: retireKeyInput, scope: 'key:report', run: retireKey })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
