import { type Refusal, refuse } from '../refusal'

/** What the database says of the log at one instant (`audit.log_state()`), and the sequencer of itself; null where there is none yet. */
export type LogRow = {
  size: number
  root: string | null
  checkpointAt: Date | null
  pending: number
  /** When the event came that waits the longest. */
  oldest: Date | null
  now: Date
  sequencer: 'running' | 'refusing' | 'stopped' | null
  reason: string | null
  beatAt: Date | null
  anchoredSize: number
  anchoredAt: Date | null
}

/**
 * How the log stands: `size` entries under `root` (hexadecimal) by the newest checkpoint, `pending` events that wait, the oldest of them for
 * `lagSeconds`. `anchoredSize` entries are held outside the database too. `reason` says why it does not keep up, in words for people.
 */
export type LogState = {
  size: number
  root: string | null
  checkpointAt: Date | null
  pending: number
  lagSeconds: number
  state: 'keeping-up' | 'behind' | 'stopped' | 'refusing'
  reason: string | null
  anchoredSize: number
  anchoredAt: Date | null
}

/** More waiting events than this are as bad as one that waits too long (audit-log.md, 8). */
export const MOST_PENDING = 100_000

/**
 * Judges the log. It refuses when its guard says so, is stopped when its sequencer has said nothing for `warnSeconds` (so that a restart is no
 * alarm), and behind when an event waits longer than that.
 */
export function logStateOf(row: LogRow, warnSeconds: number): LogState {
  const { size, root, checkpointAt, pending, anchoredSize, anchoredAt } = row
  const since = (at: Date | null): number => (at ? Math.max(0, (row.now.getTime() - at.getTime()) / 1_000) : 0)
  const lagSeconds = since(row.oldest)
  const isSilent = row.beatAt === null || since(row.beatAt) > warnSeconds
  const late = lagSeconds > warnSeconds || pending > MOST_PENDING
  const facts = { size, root, checkpointAt, pending, lagSeconds, anchoredSize, anchoredAt }
  if (row.sequencer === 'refusing')
    return { ...facts, state: 'refusing', reason: row.reason ?? 'Database and fork guard do not agree about the newest checkpoint.' }
  if (isSilent)
    return {
      ...facts,
      state: 'stopped',
      reason: row.beatAt === null ? 'No sequencer has run on this database yet.' : (row.reason ?? 'The sequencer does not run.'),
    }
  if (late) return { ...facts, state: 'behind', reason: row.reason }
  return { ...facts, state: 'keeping-up', reason: null }
}

/** Whole minutes once it is two, else whole seconds: "4 minutes", "75 seconds". */
export function lagWords(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} seconds` : `${Math.floor(seconds / 60)} minutes`
}

/**
 * Why a decision on a production-like profile has to wait for the log: its guard is red, or events wait longer than `limitSeconds`, or more than
 * 100,000 of them. A decision is only worth its receipt, and without a checkpoint nobody gets one (audit-log.md, 8). Null when it may go on;
 * evidence, observations, reports and every no are never asked.
 */
export function whyNotLogBehind(state: LogState, limitSeconds: number): Refusal | null {
  const many = state.pending > MOST_PENDING
  if (state.state !== 'refusing' && !many && state.lagSeconds <= limitSeconds) return null
  const what =
    state.state === 'refusing'
      ? 'The audit log refuses to sign'
      : many
        ? `The audit log is behind: more than ${MOST_PENDING.toLocaleString('en')} events wait for their place in it`
        : `The audit log is behind: an event has waited ${lagWords(state.lagSeconds)} for its place in it`
  return refuse(
    'audit_log_behind',
    `${what}, so nothing on a production-like profile is sealed, approved, started or opened. Decide again once it keeps up; Audit says how it stands.`,
    {
      details: [
        ...(state.reason ? [state.reason] : []),
        'Evidence, observations, declining and withdrawing go on as ever, and nothing that is on the record gets lost.',
        'If an incident cannot wait: act, and report deployments and changes as they happen. They are recorded as not authorised and reviewed later.',
      ],
    },
  )
}
