import { otherMethods } from '@/lib/http/other-methods'
import { respond, respondRead } from '@/lib/http/respond'
import { listRuns } from '@/lib/queries/api/checklists'
import { listRunsInput } from '@/lib/schemas/api/checklists'
import { startRunInput } from '@/lib/schemas/checklist'
import { startRun } from '@/lib/usecases/checklist/start-run'
import { listPage } from '../../../list-page'

type Context = { params: Promise<{ system: string }> }

/** Runs of a system's checklists, the newest started first. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: listRunsInput,
    run: ({ actor }, { system, version, profile, checklist }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['checklist-runs', system, version, profile, checklist],
        (slice) => listRuns({ actor, now }, { system, version, profile, checklist }, slice),
        ({ startedAt, id }) => [startedAt, id],
      ),
  })
}

/** Starts a checklist for a release on its way to a profile. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, {
    params,
    schema: startRunInput,
    scope: 'checklist:run',
    run: startRun,
    location: (_, result) => `/api/v1/checklist-runs/${(result as Awaited<ReturnType<typeof startRun>>).id}`, // what run gave
  })
}

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET', 'POST')
