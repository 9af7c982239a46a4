import { Refused, refuse } from '@/lib/domain/refusal'
import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { listAuditEvents } from '@/lib/queries/audit'
import { listAuditEventsInput } from '@/lib/schemas/api/audit'
import { noteRead } from '@/lib/usecases/trail/record-read'
import { listPage } from '../list-page'

/** The record as far as the caller may read it, newest first. */
export function GET(request: Request): Promise<Response> {
  return respondRead(request, {
    schema: listAuditEventsInput,
    run: async (ctx, { limit, cursor: _, proof: asked, ...filter }, { now, searchParams }) => {
      const proof = asked === 'true'
      if (proof && limit > MOST_PROVEN)
        throw new Refused(refuse('invalid', `With proofs a page has at most ${MOST_PROVEN} entries.`, { place: 'limit' }))
      const name = [
        'audit-events',
        ...Object.values({ ...NONE, ...filter }).map((value) => (value instanceof Date ? value.toISOString() : value?.toString())),
      ]
      const page = await listPage(
        searchParams,
        name,
        (slice) => listAuditEvents({ actor: ctx.actor, now }, filter, { ...slice, proof }),
        ({ position }) => position,
      )
      await noteRead(ctx, { filter, referer: null, address: null }, now)
      return { ...page, items: page.items.map(({ event }) => event) }
    },
  })
}

// Every filter in one order, so that the name of a list does not depend on how its address was written.
const NONE = {
  actor: undefined,
  action: undefined,
  subjectKind: undefined,
  subject: undefined,
  system: undefined,
  from: undefined,
  to: undefined,
  number: undefined,
}

/** Each proof brings some hashes and its checkpoint. */
const MOST_PROVEN = 50

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
