import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listEvidence } from '@/lib/queries/api/releases'
import { listEvidenceInput } from '@/lib/schemas/api/releases'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { listPage } from '../../../../../list-page'

type Context = { params: Promise<{ system: string; version: string }> }

/** Evidence of a release, newest first. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: listEvidenceInput,
    run: ({ actor }, { system, version, profile, gate }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['evidence', system, version, profile, gate],
        (slice) => listEvidence({ actor, now }, { system, version, profile, gate }, slice),
        ({ recordedAt, id }) => [recordedAt, id],
      ),
  })
}

/** Brings evidence for a gate. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: recordEvidenceInput, scope: 'evidence:bring', run: recordEvidence })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
