import 'server-only'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import { announce } from './announce'
import { appendEvents } from './audit'
import type { Tx } from './client'
import { databaseNow } from './database-now'
import { inTransaction } from './mutate'

/**
 * Puts events on the record that change nothing else: refused attempts and failed sign-ins (T35). The actor need not stand; who they were when
 * they tried is what is recorded.
 */
export async function record(ctx: Ctx, events: readonly [AuditEvent, ...AuditEvent[]]): Promise<void> {
  await inTransaction(async (tx) => appendEvents(tx, ctx, ctx.at ?? (await databaseNow(tx)), await ofKnownSystems(tx, events)))
  if (!ctx.at) announce(events, ctx.actor.session?.id)
}

/**
 * The system of a refused attempt is what somebody typed. An event of a system that nobody governs would be in nobody's trail, so that a reader of
 * everything would miss an entry of the log: such an attempt is recorded of no system.
 */
async function ofKnownSystems(tx: Tx, events: readonly AuditEvent[]): Promise<readonly AuditEvent[]> {
  const named = [...new Set(events.flatMap(({ system }) => (system === null ? [] : [system])))]
  if (named.length === 0) return events
  const known = await tx.system.findMany({ where: { id: { in: named } }, select: { id: true } })
  return events.map((event) => (known.some(({ id }) => id === event.system) ? event : { ...event, system: null }))
}
