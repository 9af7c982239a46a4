import type { AuditEvent } from './audit-event'

/** What changed, for screens that show it: system (`*` for none), kind and id of the subject. No names, no values: whoever may see it reads it again. */
export type ChangeKey = readonly [system: string, kind: string, id: string]

/** News for screens: what changed, or that anything may have (after a gap). */
export type Changes = { keys: readonly ChangeKey[] } | 'everything'

/** The keys of some events, each once. */
export function changeKeys(events: readonly AuditEvent[]): ChangeKey[] {
  const keys = events.map(({ system, subject }): ChangeKey => [system ?? '*', subject.kind, subject.id])
  return [...new Map(keys.map((key) => [key.join(' '), key])).values()]
}

/** Sessions come and go with every sign-in; only screens of the trail and of accounts show them. */
const isOfAccounts = (kind: string): boolean => kind === 'session'

/**
 * Whether news are about what a page shows, by its path: a page of one system by that system, the trail and settings by everything, and no other
 * page by sessions. A page of one promotion or deployment does not tell its system by its path, so news of any system count.
 */
export function concernsPath(changes: Changes, path: string): boolean {
  if (changes === 'everything') return true
  const [, area, name] = path.split('/')
  if (area === 'audit' || area === 'settings') return true
  const one = area === 'systems' && name ? decodeURIComponent(name) : null
  return changes.keys.some(([system, kind]) => !isOfAccounts(kind) && (one === null || system === one))
}

/** The news that somebody may hear: those of the systems they read (null: all, and those of no system), and nothing when none is left (T23). */
export function audible(changes: Changes, systems: readonly string[] | null): Changes | null {
  if (changes === 'everything' || systems === null) return changes
  const keys = changes.keys.filter(([system]) => systems.includes(system))
  return keys.length > 0 ? { keys } : null
}

/** Whether news may change who somebody is or what they may do: their session, their account, a grant. */
export function touchesRights(changes: Changes, who: { principal: string; session: string | null }): boolean {
  if (changes === 'everything') return true
  return changes.keys.some(
    ([, kind, id]) => kind === 'grant' || (kind === 'principal' && id === who.principal) || (kind === 'session' && id === who.session),
  )
}
