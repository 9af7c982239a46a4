import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getRelease } from '@/lib/queries/api/releases'
import { getReleaseInput } from '@/lib/schemas/api/releases'

type Context = { params: Promise<{ system: string; version: string }> }

/** One release with its changes and contributors. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getReleaseInput,
    run: ({ actor }, { system, version }, { now }) => getRelease({ actor, now }, system, version),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
