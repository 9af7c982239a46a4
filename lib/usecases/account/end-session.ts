import 'server-only'
import { mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'

/** Ends one of one's own sessions, on whichever device it is (T26). Its next request finds nobody signed in. */
export function endSession(ctx: Ctx, input: { session: string }): Promise<void> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const ended = await tx.$executeRaw`
      UPDATE "Session" SET "endedAt" = ${now}, version = version + 1 WHERE id = ${input.session}::uuid AND "principalId" = ${actor.id}::uuid AND "endedAt" IS NULL`
    if (ended === 0) throw new Refused(refuse('not_found', 'This session has ended already.'))
    return { result: undefined, events: [{ action: 'session.ended', system: null, subject: { kind: 'session', id: input.session } }] }
  })
}
