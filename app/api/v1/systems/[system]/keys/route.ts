import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getKeyStandings } from '@/lib/queries/api/keys'
import { getKeyStandingsInput } from '@/lib/schemas/api/keys'

type Context = { params: Promise<{ system: string }> }

/** Ages, due dates and what fingerprints say. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getKeyStandingsInput,
    run: ({ actor }, { system }, { now }) => getKeyStandings({ actor, now }, system),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
