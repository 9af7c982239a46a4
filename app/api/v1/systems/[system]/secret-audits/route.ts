import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listSecretAudits } from '@/lib/queries/api/keys'
import { listSecretAuditsInput } from '@/lib/schemas/api/keys'
import { recordSecretAuditInput } from '@/lib/schemas/secret-audit'
import { recordSecretAudit } from '@/lib/usecases/secret-audit/record-secret-audit'
import { listPage } from '../../../list-page'

type Context = { params: Promise<{ system: string }> }

/** Audits of a system's secrets and rotations, newest first. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: listSecretAuditsInput,
    run: ({ actor }, { system, profile }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['secret-audits', system, profile],
        (slice) => listSecretAudits({ actor, now }, { system, profile }, slice),
        ({ auditedAt, id }) => [auditedAt, id],
      ),
  })
}

/** Records an audit of a rotation that is over, or of a profile's secret handling. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: recordSecretAuditInput, scope: 'key:report', run: recordSecretAudit })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
