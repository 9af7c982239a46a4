import { exportAnswer } from '@/app/(dashboard)/audit/exports/export-answer'
import { otherMethods } from '@/lib/http/other-methods'
import { API_HEADERS } from '@/lib/http/problem'
import { respondRead } from '@/lib/http/respond'
import { getTrailExportFileInput } from '@/lib/schemas/api/trail-exports'

/** The file of an export that the caller made, streamed. */
export function GET(request: Request, { params }: { params: Promise<{ export: string }> }): Promise<Response> {
  return respondRead(request, {
    schema: getTrailExportFileInput,
    params,
    run: ({ actor }, { export: id, after, bom }, { now }) =>
      exportAnswer(request, { actor, now }, { id, after, bom: bom === '1' }, API_HEADERS),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
