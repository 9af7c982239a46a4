import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getChecklist } from '@/lib/queries/api/checklists'
import { getChecklistInput } from '@/lib/schemas/api/checklists'

type Context = { params: Promise<{ system: string; checklist: string }> }

/** One checklist with its items. Importing one is a person's act in the browser. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, {
    params,
    schema: getChecklistInput,
    run: ({ actor }, { system, checklist }, { now }) => getChecklist({ actor, now }, system, checklist),
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
