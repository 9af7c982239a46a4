import 'server-only'
import { sqlState } from '@/lib/db/mutate'
import { type Alert, alertsOf } from '@/lib/domain/alert'
import { isGrantHeld } from '@/lib/domain/context'
import { exceptionState } from '@/lib/domain/exception'
import { inboxOf } from '@/lib/domain/inbox'
import type { MatrixState } from '@/lib/domain/matrix-cell'
import { Refused } from '@/lib/domain/refusal'
import { ROLE_TITLE, ROLES, type Role } from '@/lib/domain/roles'
import { isOutage } from '@/lib/outage'
import { estateOf } from './estate'
import { getInFlight } from './in-flight'
import { getLogStanding, LOG_UNKNOWN, type LogAlarm, type LogLine, logAlarm, logLine } from './log-status'
import type { Looker } from './system-standing'

/** What the frame of every page shows: who you are, what waits, how each system stands, and how the audit log does. */
export type ShellData = {
  viewer: { name: string; roleTitle: string; roles: Role[] }
  inbox: number
  promotions: number
  /** Overdue keys in words, else how many rotations are under way. */
  rotations: number | { text: string; bad: boolean }
  /** Overdue exceptions in words, else how many are filed or running. */
  exceptions: number | { text: string; bad: boolean }
  glassOpen: { text: string; bad: boolean } | number
  alerts: Alert[]
  systems: { slug: string; name: string; state: MatrixState; words: string }[]
  /** How the log of the record stands: what the rail says, and what every page does while something is wrong with it. */
  log: { line: LogLine; alarm: LogAlarm | null }
}

/** Reads the frame. Scoped to the systems the viewer may see (T23). */
export async function getShell(looker: Looker): Promise<ShellData> {
  const { actor, now } = looker
  const [flight, log] = await Promise.all([getInFlight(looker), logOf(looker)])
  const alerts = alertsOf(flight.secops, now)
  const overdue = flight.secops.keys.filter(({ state }) => state === 'overdue').length
  const late = flight.drift.exceptions.filter((exception) => exceptionState(exception, now) === 'overdue').length
  const glass = alerts.filter(({ kind }) => kind === 'glass').length
  const roles = rolesOf(looker)
  return {
    viewer: { name: actor.name, roles, roleTitle: roles.map((role) => ROLE_TITLE[role]).join(', ') || 'No role yet' },
    inbox: inboxOf(actor, flight, now).length,
    promotions: flight.promotions.length,
    rotations: overdue > 0 ? { text: `${overdue} overdue`, bad: true } : flight.secops.rotations.length,
    exceptions: late > 0 ? { text: `${late} overdue`, bad: true } : flight.drift.exceptions.length,
    glassOpen: glass > 0 ? { text: `${glass} open`, bad: true } : 0,
    alerts,
    systems: estateOf(flight.standings).systems.map(({ slug, name, worst, words }) => ({
      slug,
      name,
      words,
      state: worst,
    })),
    log,
  }
}

const STATEMENT_TIMEOUT = '57014'

/** A line at the foot of the rail: a log that cannot be asked in time is no reason to show no page. Anything else that goes wrong is a bug. */
async function logOf(looker: Looker): Promise<ShellData['log']> {
  try {
    const standing = await getLogStanding(looker)
    return { line: logLine(standing, looker.now), alarm: logAlarm(standing) }
  } catch (error) {
    if (error instanceof Refused || isOutage(error) || sqlState(error) === STATEMENT_TIMEOUT) return { line: LOG_UNKNOWN, alarm: null }
    throw error
  }
}

/** Every role somebody holds anywhere now, in the order of the product's list. */
export function rolesOf({ actor, now }: Looker): Role[] {
  return ROLES.filter((role) => actor.grants.some((grant) => grant.role === role && isGrantHeld(grant, undefined, now)))
}
