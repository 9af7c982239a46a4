'use server'

import { redirect } from 'next/navigation'
import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { routes } from '@/lib/routes'
import { drawSampleInput } from '@/lib/schemas/auditor'
import { drawSample } from '@/lib/usecases/trail/draw-sample'

/** Draws a sample, puts the draw on the record, and goes on to it. */
export async function drawSampleAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    drawSampleInput,
    async (ctx, input) => {
      const { seed } = await drawSample(ctx, input)
      return redirect(
        `${routes.auditPopulation({ from: input.from, to: input.to, system: input.system, sample: input.count, seed })}#sample`,
      )
    },
    { verb: 'trail:sample', system: ({ system }) => system || null },
  )
}
