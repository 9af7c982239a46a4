import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { placesOfAsked } from '@/lib/queries/trail-export/file'
import { exportTrailInput } from '@/lib/schemas/trail-export'
import { exportTrail } from '@/lib/usecases/trail/export-trail'

const fileOf = (id: string): string => `/api/v1/trail-exports/${id}/file`

/** Makes an export of what the caller may read of the record, which goes on the record; the answer says where its file is. */
export function POST(request: Request): Promise<Response> {
  return respond(request, {
    schema: exportTrailInput,
    scope: 'read',
    run: async (ctx, input) => {
      const { format: _, ...asked } = input
      const made = await exportTrail(ctx, input, await placesOfAsked(asked))
      return { ...made, file: fileOf(made.id) }
    },
    location: (_, result) => (result as { file: string }).file, // what run gave
    about: () => ({ verb: 'trail:export' }),
  })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
