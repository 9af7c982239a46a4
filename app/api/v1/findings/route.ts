import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { listFindings } from '@/lib/queries/api/observations'
import { listFindingsInput } from '@/lib/schemas/api/observations'
import { listPage } from '../list-page'

/** Findings the caller may see, the newest opened first. */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: listFindingsInput,
    run: ({ actor }, { limit: _, cursor: __, ...filter }, { now, searchParams }) =>
      listPage(
        searchParams,
        ['findings', filter.system, filter.profile, filter.rule, filter.kind, filter.severity, filter.state],
        (slice) => listFindings({ actor, now }, filter, slice),
        ({ openedAt, id }) => [openedAt, id],
      ),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
