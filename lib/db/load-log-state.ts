import 'server-only'
import { type LogState, logStateOf } from '@/lib/domain/log/standing'
import { settings } from '@/lib/env'
import type { Tx } from './client'

export type { LogState } from '@/lib/domain/log/standing'

/** The newest look at the whole record: when it ended, over how many entries, and what it found. */
export type LastVerification = { at: Date; size: number; outcome: 'intact' | 'damaged' | 'unknown'; firstBad: number | null; says: string }

type Row = {
  size: bigint
  root: string | null
  checkpointAt: Date | null
  pending: bigint
  oldest: Date | null
  now: Date
  state: 'running' | 'refusing' | 'stopped' | null
  reason: string | null
  beatAt: Date | null
  anchoredSize: bigint
  anchoredAt: Date | null
  verifiedAt: Date | null
  verifiedSize: bigint | null
  outcome: LastVerification['outcome'] | null
  firstBad: bigint | null
  says: string | null
}

/** How the log stands and what the newest look at the whole record found, in one statement; any role may ask. */
export async function loadLogStanding(tx: Tx): Promise<{ log: LogState; verified: LastVerification | null }> {
  const [row] = await tx.$queryRaw<Row[]>`
    /* kept */ SELECT s.size, encode(s.root, 'hex') AS root, s.checkpoint_at AS "checkpointAt", s.pending, s.oldest, s.now, s.state, s.reason,
      s.beat_at AS "beatAt", s.anchored_size AS "anchoredSize", s.anchored_at AS "anchoredAt",
      v.finished_at AS "verifiedAt", v.tree_size AS "verifiedSize", v.outcome, v.first_bad AS "firstBad", v.says
    FROM audit.log_state() s
    LEFT JOIN LATERAL (SELECT * FROM audit.verification ORDER BY finished_at DESC LIMIT 1) v ON true`
  const { size, pending, anchoredSize, state, verifiedAt, verifiedSize, outcome, firstBad, says, ...rest } = row as Row // one row always
  const log = logStateOf(
    { ...rest, size: Number(size), pending: Number(pending), anchoredSize: Number(anchoredSize), sequencer: state },
    settings().LOG_LAG_WARN_SECONDS,
  )
  const verified =
    verifiedAt && outcome
      ? { at: verifiedAt, size: Number(verifiedSize), outcome, firstBad: firstBad === null ? null : Number(firstBad), says: says ?? '' }
      : null
  return { log, verified }
}

/** How the log stands now (audit-log.md, 8), in one statement; any role may ask. */
export async function loadLogState(tx: Tx): Promise<LogState> {
  return (await loadLogStanding(tx)).log
}
