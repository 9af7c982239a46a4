import 'server-only'
import type { Ctx } from '@/lib/domain/context'
import { whyNotLogBehind } from '@/lib/domain/log/standing'
import { ensure } from '@/lib/domain/refusal'
import { settings } from '@/lib/env'
import type { Tx } from './client'
import { loadLogState } from './load-log-state'

/**
 * Refuses with `audit_log_behind` (503) to decide on a production-like profile while the log refuses to sign or lags past LOG_LAG_LIMIT_SECONDS
 * (audit-log.md, 8; T13): whoever decides would get no receipt, and nobody could show later that it was not put there afterwards. Asked by everything
 * that lets something happen; never by a no, by evidence, or by a report of what happened. The demo record is written before there is a log.
 */
export async function ensureLogKeepsUp(ctx: Pick<Ctx, 'at'>, tx: Tx, productionLike: boolean): Promise<void> {
  if (!productionLike || ctx.at) return
  ensure(whyNotLogBehind(await loadLogState(tx), settings().LOG_LAG_LIMIT_SECONDS))
}
