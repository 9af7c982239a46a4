import { otherMethods } from '@/lib/http/other-methods'
import { encodeCursor, readPage } from '@/lib/http/page'
import { respondRead } from '@/lib/http/respond'
import { listAnswers } from '@/lib/queries/api/auditor'
import { answerQuestionInput } from '@/lib/schemas/api/auditor'
import { periodInAddress } from '@/lib/schemas/auditor'
import { noteRead } from '@/lib/usecases/trail/record-read'

/** One saved question of the auditor's room: what it found in a period, newest first. An auditor's look is noted as on its page (T35). */
export function GET(request: Request, { params }: { params: Promise<{ question: string }> }): Promise<Response> {
  return respondRead(request, {
    schema: answerQuestionInput,
    params,
    run: async (ctx, { question, limit: _, cursor: __, ...asked }, { now, searchParams }) => {
      const days = periodInAddress(asked, now)
      const list = JSON.stringify(['audit-question', question, days.from, days.to, days.system ?? null])
      const { limit, cursor } = readPage(searchParams, list)
      const { items, next } = await listAnswers({ actor: ctx.actor, now }, question, days, { take: limit, after: cursor })
      await noteRead(ctx, { page: `room/${question}`, filter: days, referer: null, address: null }, now)
      return { items, next: next === null ? null : encodeCursor(list, next) }
    },
  })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')
