import 'server-only'
import { cache } from 'react'
import { db } from '@/lib/db/client'
import { type LastVerification, type LogState, loadLogStanding } from '@/lib/db/load-log-state'
import { lagWords, MOST_PENDING, whyNotLogBehind } from '@/lib/domain/log/standing'
import type { Refusal } from '@/lib/domain/refusal'
import { settings } from '@/lib/env'
import { formatDate, formatNumber, formatTimeUtc } from '@/lib/format'

import type { Looker } from './system-standing'

/** How the log stands, and the newest look at the whole record (null while nobody has looked). */
export type LogStanding = { log: LogState; verified: LastVerification | null }

/** What the foot of the rail says: a glyph, words, and the number and time they rest on. */
export type LogLine = { status: 'pass' | 'fail' | 'warn' | 'stale' | 'waiting' | 'na'; text: string; detail: string }

/** What every page says while something is wrong with the log; `broken` when entries do not match, which is announced at once. */
export type LogAlarm = { kind: 'broken' | 'refusing' | 'stopped' | 'behind'; text: string; more: string | null }

/** A look at the whole record that is older than this is said to be old: one comes every quarter of an hour. */
const OLD_MS = 60 * 60_000

/** How the log stands, for the frame of every page and for what the page offers: one statement in a request. */
export const getLogStanding = cache((_: Looker): Promise<LogStanding> => loadLogStanding(db))

/** Why a decision on a profile would have to wait for the log now, as the use case will say it; null where it need not. */
export async function whyHeldByLog(looker: Looker, productionLike: boolean): Promise<Refusal | null> {
  if (!productionLike) return null
  return whyNotLogBehind((await getLogStanding(looker)).log, settings().LOG_LAG_LIMIT_SECONDS)
}

/** A number as people read it: "#48,212". */
const numbered = (number: number): string => `#${formatNumber(number)}`

const timed = (at: Date, now: Date): string =>
  formatDate(at) === formatDate(now) ? formatTimeUtc(at) : `${formatDate(at)}, ${formatTimeUtc(at)}`

/** The line of the rail: never a lasting badge, always what was verified and when (ux.md section 12; T14). */
export function logLine({ log, verified }: LogStanding, now: Date): LogLine {
  if (verified?.outcome === 'damaged')
    return {
      status: 'fail',
      text: 'Audit chain broken',
      detail: verified.firstBad === null ? `found at ${timed(verified.at, now)}` : `${numbered(verified.firstBad + 1)} does not match`,
    }
  switch (log.state) {
    case 'refusing':
      return { status: 'fail', text: 'Audit log refuses to sign', detail: `newest is ${numbered(log.size)}` }
    case 'stopped':
      return { status: 'warn', text: 'Audit log stopped', detail: `${waitingWords(log)} after ${numbered(log.size)}` }
    case 'behind':
      return { status: 'warn', text: 'Audit log behind', detail: `${waitingWords(log)}, ${lagWords(log.lagSeconds)}` }
    case 'keeping-up':
      break
    default:
      return log.state satisfies never
  }
  if (verified === null)
    return log.size === 0
      ? { status: 'na', text: 'Audit chain', detail: 'nothing written yet' }
      : { status: 'waiting', text: 'Audit chain', detail: `${numbered(log.size)}, not verified yet` }
  const seen = `${numbered(verified.size)} at ${timed(verified.at, now)}`
  if (verified.outcome === 'unknown')
    return { status: 'warn', text: 'Audit chain not verified', detail: `could not tell, ${timed(verified.at, now)}` }
  return now.getTime() - verified.at.getTime() > OLD_MS
    ? { status: 'stale', text: 'Audit chain was intact', detail: seen }
    : { status: 'pass', text: 'Audit chain intact', detail: seen }
}

/** The line while the record cannot be read. */
export const LOG_UNKNOWN: LogLine = { status: 'warn', text: 'Audit chain', detail: 'unknown: it could not be read' }

/** What every page says while the log is broken, refuses, is stopped or lags; null while all is well. Past the limit it says what is refused. */
export function logAlarm({ log, verified }: LogStanding): LogAlarm | null {
  const isHeld = whyNotLogBehind(log, settings().LOG_LAG_LIMIT_SECONDS) !== null
  const held = isHeld
    ? 'Nothing on a production-like profile is sealed, approved, started or opened until it keeps up. Evidence and reports are still taken.'
    : 'Nothing on the record is lost: what waits gets its place once it runs.'
  if (verified?.outcome === 'damaged')
    return {
      kind: 'broken',
      text:
        verified.firstBad === null
          ? 'The audit record does not match its log.'
          : `Audit entry ${numbered(verified.firstBad + 1)} does not match its log.`,
      more: 'Everything from there on is unproven. Tell SecOps; reading and exports still work.',
    }
  switch (log.state) {
    case 'keeping-up':
      return null
    case 'refusing':
      return { kind: 'refusing', text: `The audit log refuses to sign. ${log.reason ?? ''}`.trim(), more: held }
    case 'stopped':
      return {
        kind: 'stopped',
        text: `The audit log stands still: ${log.reason ?? 'its sequencer does not run.'}`,
        more: `${waiting(log)} ${held}`,
      }
    case 'behind':
      return { kind: 'behind', text: `The audit log is ${lagWords(log.lagSeconds)} behind.`, more: `${waiting(log)} ${held}` }
    default:
      return log.state satisfies never
  }
}

const count = ({ pending }: LogState): string =>
  pending > MOST_PENDING ? `more than ${formatNumber(MOST_PENDING)}` : formatNumber(pending)

function waitingWords(log: LogState): string {
  return log.pending === 1 ? '1 entry waits' : `${count(log)} wait`
}

function waiting(log: LogState): string {
  if (log.pending === 0) return 'No entry waits.'
  return log.pending === 1 ? 'One entry waits for its place.' : `${count(log).replace(/^m/, 'M')} entries wait for their place.`
}
