import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listKeyVersions } from '@/lib/queries/api/keys'
import { listKeyVersionsInput } from '@/lib/schemas/api/keys'
import { recordKeyVersionInput } from '@/lib/schemas/key'
import { recordKeyVersion } from '@/lib/usecases/key/record-key-version'
import { listPage } from '../../../../../list-page'

type Context = { params: Promise<{ system: string; profile: string }> }

/** The keys a profile holds and held, newest first. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: listKeyVersionsInput,
    run: ({ actor }, { system, profile, mapping }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['keys', system, profile, mapping],
        (slice) => listKeyVersions({ actor, now }, { system, profile, mapping }, slice),
        ({ activatedAt, id }) => [activatedAt, id],
      ),
  })
}

/** Records which key a mapping of the profile holds, by its name. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: recordKeyVersionInput, scope: 'key:report', run: recordKeyVersion })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
