import 'server-only'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import { announce } from './announce'
import { appendEvents } from './audit'
import { databaseNow } from './database-now'
import { inTransaction } from './mutate'

/**
 * Puts events on the record that change nothing else: refused attempts and failed sign-ins (T35). The actor need not stand; who they were when
 * they tried is what is recorded.
 */
export async function record(ctx: Ctx, events: readonly [AuditEvent, ...AuditEvent[]]): Promise<void> {
  await inTransaction(async (tx) => appendEvents(tx, ctx, ctx.at ?? (await databaseNow(tx)), events))
  if (!ctx.at) announce(events, ctx.actor.session?.id)
}
