import 'server-only'
import type { Ctx } from '@/lib/domain/context'
import { endSession } from './end-session'

/** Signs out: ends the session the request came with, so that the cookie is worth nothing even if it was copied (T26). */
export async function closeSession(ctx: Ctx): Promise<void> {
  if (ctx.actor.session) await endSession(ctx, { session: ctx.actor.session.id })
}
