import pg from 'pg'
import { db } from '@/lib/db/client'
import { loadPromotions } from '@/lib/db/load-promotions'
import type { Ctx } from '@/lib/domain/context'
import { type PromotionFacts, type PromotionPhase, promotionPhase } from '@/lib/domain/promotion'
import type { Refusal } from '@/lib/domain/refusal'
import { declinePromotion } from '@/lib/usecases/promotion/decline-promotion'
import { aProof, inBrowser } from './promotions'
import { refusalOf } from './scene'

// What the record says, read past the application: for tests that prove that a refusal left nothing and a change left its event.

let owner: pg.Pool | undefined

/** Runs one statement as the owner of the tables, which the application cannot be. */
export async function asOwner<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  if (!owner) {
    owner = new pg.Pool({ connectionString: process.env.DATABASE_MIGRATE_URL, max: 1, allowExitOnIdle: true })
    owner.on('error', () => {}) // the database is dropped under it when the file ends
  }
  return (await owner.query<Row>(text, values)).rows
}

let tables: Promise<string> | undefined

/**
 * One digest over which rows there are in every table, the trail included, and which transaction wrote each: equal before and after means that
 * nothing at all was written.
 */
export async function databaseDigest(): Promise<string> {
  tables ??= asOwner<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('public', 'audit') AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
  ).then((rows) =>
    rows
      .map(
        ({ name }) =>
          `SELECT '${name}' AS t, count(*) AS n, coalesce(sum(hashtextextended(concat_ws(' ', t.tableoid, t.xmin, t.ctid), 0)), 0) AS h FROM ${name} t`,
      )
      .join(' UNION ALL '),
  )
  const [row] = await asOwner<{ digest: string }>(
    `SELECT md5(string_agg(concat_ws(' ', t, n, h), ',' ORDER BY t)) AS digest FROM (${await tables}) x`,
  )
  return row?.digest as string
}

/** The refusal an attempt ends with; fails when the attempt was not refused, or left anything behind in any table. */
export async function refusedWithoutTrace(attempt: () => Promise<unknown>): Promise<Refusal> {
  const before = await databaseDigest()
  const refusal = await refusalOf(attempt())
  if ((await databaseDigest()) !== before) throw new Error(`It was refused (${refusal.code}) and changed something all the same`)
  return refusal
}

/** All facts of a promotion now. */
export async function factsOf(id: string): Promise<PromotionFacts> {
  const [facts] = await loadPromotions(db, { id }, new Date())
  if (!facts) throw new Error(`There is no ${id}`)
  return facts
}

/** The phase a promotion is in now. */
export async function phaseOf(id: string): Promise<PromotionPhase> {
  return promotionPhase(await factsOf(id), new Date())
}

/** Declines in a slot as somebody in a browser would: proof first, then the decision. */
export async function decline(
  ctx: Ctx,
  promotion: string,
  slot: string,
  sealedHash: string,
  reason = 'The evidence does not convince me.',
): Promise<{ id: string }> {
  const browser = ctx.actor.session ? ctx : await inBrowser(ctx)
  const proof = await aProof(browser, sealedHash, slot, 'decline')
  return declinePromotion(browser, { promotion, slot, sealedHash, proof, reasonKind: 'evidence', reason })
}

/** Makes what was brought for a gate of a release older, as time would. */
export async function ageEvidence(releaseId: string, gate: string, by: string): Promise<void> {
  await asOwner(`UPDATE "Evidence" SET "recordedAt" = "recordedAt" - $3::interval WHERE "releaseId" = $1 AND "gateKey" = $2`, [
    releaseId,
    gate,
    by,
  ])
}

/**
 * The same person some time from now. Only for what is refused: the application cannot write an event with a time of its own, so nothing
 * could be recorded this way.
 */
export function later(ctx: Ctx, ms: number): Ctx {
  return { ...ctx, at: new Date(Date.now() + ms) }
}
