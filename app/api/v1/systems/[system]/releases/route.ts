import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listReleases } from '@/lib/queries/api/releases'
import { listReleasesInput } from '@/lib/schemas/api/releases'
import { registerReleaseInput } from '@/lib/schemas/release'
import { registerRelease } from '@/lib/usecases/release/register-release'
import { listPage } from '../../../list-page'

type Context = { params: Promise<{ system: string }> }

/** Releases of a system, newest build first. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: listReleasesInput,
    run: ({ actor }, { system }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['releases', system],
        (slice) => listReleases({ actor, now }, system, slice),
        ({ buildDate, id }) => [buildDate, id],
      ),
  })
}

/** Registers a release. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, {
    params,
    schema: registerReleaseInput,
    scope: 'release:register',
    run: registerRelease,
    location: ({ system, version }) => `/api/v1/systems/${system}/releases/${encodeURIComponent(version)}`,
  })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
