import 'server-only'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { contextOfReader, type Reader, type ReadWords } from '@/lib/domain/trail-read'
import { announce } from './announce'
import { appendEvents } from './audit'
import { db } from './client'
import { databaseNow } from './database-now'
import { inTransaction } from './mutate'

/** Counts a read of the trail under its filter and hour (UTC). It becomes an event once the hour is over. */
export async function countRead(filter: string, words: ReadWords, reader: Reader, now: Date): Promise<void> {
  await db.$executeRaw`/* kept */
    INSERT INTO "TrailRead" ("principalId", filter, hour, words, reads, actor)
    VALUES (${reader.id}::uuid, ${filter}, date_trunc('hour', ${now}::timestamptz, 'UTC'), ${JSON.stringify(words)}::jsonb, 1, ${JSON.stringify(reader)}::jsonb)
    ON CONFLICT ("principalId", filter, hour) DO UPDATE SET reads = "TrailRead".reads + 1, actor = EXCLUDED.actor WHERE "TrailRead"."recordedAt" IS NULL`
}

type Counted = { principalId: string; filter: string; hour: Date; words: ReadWords & { system?: string }; reads: number; actor: Reader }

const AT_ONCE = 200

/**
 * Puts the reads of hours that are over on the record: one event for each person, filter and hour, with its count, in the transaction that marks
 * them as written. Many processes may do it at once; each takes others. Gives how many events were written. Run by readers and hourly.
 */
export async function recordReads(at?: Date): Promise<number> {
  const told = await inTransaction(async (tx): Promise<AuditEvent[]> => {
    const now = at ?? (await databaseNow(tx))
    const counted = await tx.$queryRaw<Counted[]>`
      SELECT "principalId"::text, filter, hour, words, reads, actor FROM "TrailRead"
      WHERE "recordedAt" IS NULL AND hour < date_trunc('hour', ${now}::timestamptz, 'UTC') ORDER BY hour, "principalId", filter LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED`
    const events: AuditEvent[] = []
    for (const each of counted) {
      const event = eventOf(each)
      await appendEvents(tx, contextOfReader(each.actor), now, [event])
      await tx.$executeRaw`
        UPDATE "TrailRead" SET "recordedAt" = ${now} WHERE "principalId" = ${each.principalId}::uuid AND filter = ${each.filter} AND hour = ${each.hour}`
      events.push(event)
    }
    return events
  })
  if (told.length > 0) announce(told)
  return told.length
}

function eventOf({ words: { system, ...words }, hour, reads }: Counted): AuditEvent {
  return {
    action: 'trail.read',
    system: system ?? null,
    subject: { kind: 'trail', id: 'audit' },
    after: { ...words, hour: hour.toISOString(), reads },
    count: reads,
  }
}
