import 'server-only'
import type { Once } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Tx } from './client'

/** How long an idempotency key is remembered. */
export const ONCE_HOURS = 24

// A use case's result may hold instants; JSON alone would bring them back as text. Kept as text, so that the order of its fields stays too.
const pack = (value: unknown): string =>
  JSON.stringify({ result: value }, function (this: Record<string, unknown>, key, each) {
    const raw = this[key]
    return raw instanceof Date ? { $instant: raw.toISOString() } : each
  })

const isInstant = (value: unknown): value is { $instant: string } =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 1 && '$instant' in value

function unpack(value: unknown): unknown {
  if (isInstant(value)) return new Date(value.$instant)
  if (Array.isArray(value)) return value.map(unpack)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unpack(each)]))
  return value
}

/** The key of a request's next decision: the first has the caller's own, later ones a number behind it. */
export function nextTurn(once: Once): Once {
  once.turn += 1
  return once.turn === 1 ? { ...once } : { ...once, key: `${once.key}#${once.turn}` }
}

/**
 * Claims an idempotency key inside the deciding transaction, before anything else (T10). A second request with the same key waits here until the
 * first commits or fails; then it gets the first one's result, or the claim. The same key with another body is refused (`idempotency_conflict`).
 *
 */
export async function claimOnce(tx: Tx, once: Once, now: Date): Promise<{ claimed: true } | { claimed: false; result: unknown }> {
  const forgotten = new Date(now.getTime() - ONCE_HOURS * 3_600_000)
  const claimed = await tx.$executeRaw`
    INSERT INTO "IdempotencyKey" AS k ("principalId", route, key, "requestHash", "createdAt") VALUES (${once.principalId}::uuid, ${once.route}, ${once.key}, ${once.requestHash}, ${now})
    ON CONFLICT ("principalId", route, key) DO UPDATE SET "requestHash" = excluded."requestHash", "createdAt" = excluded."createdAt", body = NULL, status = NULL
    WHERE k."createdAt" < ${forgotten}`
  if (claimed === 1) return { claimed: true }
  const [row] = await tx.$queryRaw<{ requestHash: string; body: string | null }[]>`
    SELECT "requestHash", body FROM "IdempotencyKey" WHERE "principalId" = ${once.principalId}::uuid AND route = ${once.route} AND key = ${once.key}`
  if (row?.requestHash !== once.requestHash) {
    throw new Refused(
      refuse('idempotency_conflict', 'This Idempotency-Key was used for another request. Use a new key for a new request.', {
        place: 'Idempotency-Key',
      }),
    )
  }
  return { claimed: false, result: row.body === null ? undefined : (unpack(JSON.parse(row.body)) as { result?: unknown }).result }
}

/** Keeps the result under the claimed key, in the same transaction: the answer exists exactly when the change does. */
export async function keepResult(tx: Tx, once: Once, result: unknown): Promise<void> {
  await tx.$executeRaw`
    UPDATE "IdempotencyKey" SET body = to_jsonb(${pack(result)}::text) WHERE "principalId" = ${once.principalId}::uuid AND route = ${once.route} AND key = ${once.key}`
}

/** Deletes keys that are no longer honoured; gives how many. */
export function forgetOldKeys(tx: Tx): Promise<number> {
  return tx.$executeRaw`DELETE FROM "IdempotencyKey" WHERE "createdAt" < clock_timestamp() - ${ONCE_HOURS} * interval '1 hour'`
}
