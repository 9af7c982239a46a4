import 'server-only'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Actor, Ctx } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import { announce } from './announce'
import { appendEvents } from './audit'
import { db, type Tx } from './client'
import { databaseNow } from './database-now'
import { standNow } from './load-actor'
import { claimOnce, keepResult, nextTurn } from './once'

/** At least one event: a change that nobody can read about later does not compile. */
export type Outcome<T> = { result: T; events: readonly [AuditEvent, ...AuditEvent[]] }

/** What a use case works with: the transaction, the one instant of it (database time), and the actor as they stand now. */
export type Work = { tx: Tx; now: Date; actor: Actor }

const RETRY_BUDGET_MS = 2_000
/** A lock that did not come in time, and a statement that was cut off because of many of them (lock_timeout, statement_timeout). */
const WAITED_TOO_LONG: readonly string[] = ['55P03', '57014']
const BUSY = 'Somebody else is deciding on this right now. Try again in a moment.'

type Caused = { code?: string; meta?: { driverAdapterError?: Caused }; cause?: { originalCode?: string; kind?: string } }

/** The SQLSTATE behind an error, in each of the three shapes Prisma gives it (recipes: audit tables, roles, Prisma). */
export function sqlState(error: unknown): string | undefined {
  const e = error as Caused
  return (e.meta?.driverAdapterError ?? e).cause?.originalCode
}

function isConflict(error: unknown): boolean {
  const e = error as Caused
  return (
    e.code === 'P2034' ||
    ['40001', '40P01'].includes(sqlState(error) ?? '') ||
    (e.meta?.driverAdapterError ?? e).cause?.kind === 'TransactionWriteConflict'
  )
}

/** Whether a write lost against a unique index: the backstop behind the row locks (T07). */
export function isDuplicate(error: unknown): boolean {
  return (error as Caused).code === 'P2002' || sqlState(error) === '23505'
}

/**
 * Runs work in a transaction. Conflicts are tried again for two seconds with jitter; then the caller is told to try again. Only `mutate`, `admit`
 * and `record` use it: state never changes without them.
 */
export async function inTransaction<T>(work: (tx: Tx) => Promise<T>, options: { timeoutMs?: number } = {}): Promise<T> {
  const deadline = Date.now() + RETRY_BUDGET_MS
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await db.$transaction(work, options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs })
    } catch (error) {
      if (error instanceof Refused) throw error
      if (WAITED_TOO_LONG.includes(sqlState(error) ?? '')) throw new Refused(refuse('busy', BUSY))
      if (!isConflict(error)) throw error
      // Once more in any case: a deadlock is only noticed after a second, and on a busy machine that alone may use the budget up.
      if (attempt > 0 && Date.now() > deadline) throw new Refused(refuse('busy', BUSY))
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(200, 10 * 2 ** attempt)))
    }
  }
}

/**
 * The only way to write. One transaction: the actor is read again and must still stand (session, token, grants: T08, T09), `work` locks,
 * decides and writes with the transaction's one `now`, and its events go into the trail before the commit. If they cannot, nothing happened.
 * With an idempotency key the work runs at most once; later calls get the first one's result (T10).
 */
export async function mutate<T>(ctx: Ctx, work: (w: Work) => Promise<Outcome<T>>, options: { timeoutMs?: number } = {}): Promise<T> {
  const once = ctx.once && nextTurn(ctx.once)
  let told: readonly AuditEvent[] = []
  const outcome = await inTransaction(async (tx) => {
    told = []
    const standing = await standNow(tx, ctx.actor, ctx.at)
    if (!standing)
      throw new Refused(refuse('unauthenticated', 'Your session or token has ended. Sign in again; what you typed is still here.'))
    const { now, actor } = standing
    if (once) {
      const claim = await claimOnce(tx, once, now)
      if (ctx.once) ctx.once.replayed = !claim.claimed
      if (!claim.claimed) return claim.result as T // what the same work returned when it ran
    }
    const { result, events } = await work({ tx, now, actor })
    await appendEvents(tx, { ...ctx, actor }, now, events)
    if (once) await keepResult(tx, once, result)
    told = events
    return result
  }, options)
  if (!ctx.at) announce(told, ctx.actor.session?.id)
  return outcome
}

/**
 * The way in, for sign-in and set-up only: nobody stands yet when it begins. The work says who acted once it knows, and that goes on the record.
 */
export async function admit<T>(ctx: Ctx, work: (w: Omit<Work, 'actor'>) => Promise<Outcome<T> & { actor: Actor }>): Promise<T> {
  let told: readonly AuditEvent[] = []
  const outcome = await inTransaction(async (tx) => {
    const now = ctx.at ?? (await databaseNow(tx))
    const { result, events, actor } = await work({ tx, now })
    await appendEvents(tx, { ...ctx, actor }, now, events)
    told = events
    return result
  })
  if (!ctx.at) announce(told)
  return outcome
}
