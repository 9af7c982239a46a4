import 'server-only'
import { loadAccountForUpdate } from '@/lib/db/load-account'
import { mutate } from '@/lib/db/mutate'
import { whyNotManagePeople } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'

/** Signs somebody out everywhere: oneself, or anybody as an admin (T09, T26). Gives how many sessions ended, the present one among them. */
export function endAllSessions(ctx: Ctx, input: { person?: string }): Promise<{ ended: number }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const who = await loadAccountForUpdate(tx, input.person ?? actor.id)
    ensure(who.id === actor.id ? null : whyNotManagePeople(actor, now))
    const ended =
      await tx.$executeRaw`UPDATE "Session" SET "endedAt" = ${now}, version = version + 1 WHERE "principalId" = ${who.id}::uuid AND "endedAt" IS NULL`
    return {
      result: { ended },
      events: [
        { action: 'session.ended_everywhere', system: null, subject: { kind: 'principal', id: who.id }, after: { sessions: ended } },
      ],
    }
  })
}
