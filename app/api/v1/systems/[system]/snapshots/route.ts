import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listSnapshots } from '@/lib/queries/api/releases'
import { listSnapshotsInput } from '@/lib/schemas/api/releases'
import { recordSnapshotInput } from '@/lib/schemas/snapshot'
import { recordSnapshot } from '@/lib/usecases/snapshot/record-snapshot'
import { listPage } from '../../../list-page'

type Context = { params: Promise<{ system: string }> }

/** Snapshots of a system's profiles, the newest taken first. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: listSnapshotsInput,
    run: ({ actor }, { system, profile }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['snapshots', system, profile],
        (slice) => listSnapshots({ actor, now }, { system, profile }, slice),
        ({ takenAt, id }) => [takenAt, id],
      ),
  })
}

/** Records a snapshot of a profile. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: recordSnapshotInput, scope: 'snapshot:record', run: recordSnapshot })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
