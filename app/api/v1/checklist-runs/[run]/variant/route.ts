import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { chooseVariantInput } from '@/lib/schemas/checklist'
import { chooseVariant } from '@/lib/usecases/checklist/choose-variant'

type Context = { params: Promise<{ run: string }> }

/** Chooses by which of the ways offered a run is walked. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return respond(request, { params, schema: chooseVariantInput, scope: 'checklist:run', status: 200, run: chooseVariant })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')
