'use server'

import { redirect } from 'next/navigation'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { placesOfAsked } from '@/lib/queries/trail-export/file'
import { routes } from '@/lib/routes'
import { fromForm } from '@/lib/schemas/form'
import { exportTrailInput } from '@/lib/schemas/trail-export'
import { exportTrail } from '@/lib/usecases/trail/export-trail'

/** Makes an export and shows where it is fetched. */
export async function exportTrailAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    fromForm(exportTrailInput),
    async (ctx, input) => {
      const { format: _format, ...asked } = input
      const { id } = await exportTrail(ctx, input, await placesOfAsked(asked))
      redirect(routes.auditExport({ ...asked, export: id }))
    },
    { verb: 'trail:export' },
  )
}
