import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listFingerprints } from '@/lib/queries/api/keys'
import { listFingerprintsInput } from '@/lib/schemas/api/keys'
import { reportFingerprintsInput } from '@/lib/schemas/key'
import { reportFingerprints } from '@/lib/usecases/key/report-fingerprints'
import { listPage } from '../../../../../list-page'

type Context = { params: Promise<{ system: string; profile: string }> }

/** Fingerprints reported of a profile, newest first. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: listFingerprintsInput,
    run: ({ actor }, { system, profile, mapping }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['fingerprints', system, profile, mapping],
        (slice) => listFingerprints({ actor, now }, { system, profile, mapping }, slice),
        ({ reportedAt, id }) => [reportedAt, id],
      ),
  })
}

/** Takes fingerprints of what a runtime holds, and says what they speak against. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: reportFingerprintsInput, scope: 'key:report', status: 201, run: reportFingerprints })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
