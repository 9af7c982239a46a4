import type { AuditEvent } from './audit-event'

/** What changed, for screens that show it: system (`*` for none), kind and id of the subject. No names, no values: whoever may see it reads it again. */
export type ChangeKey = readonly [system: string, kind: string, id: string]

/** A key with the session whose act it was, null for software: between processes only, no screen is told of sessions. */
export type SessionNews = readonly [...ChangeKey, session: string | null]

/** What processes tell each other. */
export type Heard = readonly SessionNews[] | 'everything'

/** News for screens: what changed, or that anything may have (after a gap). */
export type Changes = { keys: readonly ChangeKey[] } | 'everything'

/** The keys of some events, each once. */
export function changeKeys(events: readonly AuditEvent[]): ChangeKey[] {
  // Runtimes report all the time; screens follow their system, not a single report, and hundreds of ids would only drown the rest.
  const keys = events.map(({ system, subject: { kind, id } }): ChangeKey => [system ?? '*', kind, kind === 'observation' ? '*' : id])
  return [...new Map(keys.map((key) => [key.join(' '), key])).values()]
}

/** What one session hears of: what others did, and what it did itself, which the page that did it shows already. Null where there is neither. */
export function splitNews(heard: Heard, session: string | null): { others: Changes | null; own: Changes | null } {
  if (heard === 'everything') return { others: 'everything', own: null }
  const isOwn = ([, , , by]: SessionNews) => session !== null && by === session
  const pick = (told: readonly SessionNews[]): Changes | null =>
    told.length === 0 ? null : { keys: told.map(([system, kind, id]): ChangeKey => [system, kind, id]) }
  return { others: pick(heard.filter((each) => !isOwn(each))), own: pick(heard.filter(isOwn)) }
}

/** Sessions come and go with every sign-in; only screens of the trail and of accounts show them. */
const isOfAccounts = (kind: string): boolean => kind === 'session'

/**
 * Whether news are about what a page shows: a page of one system by that system (from its path, or `system` where the page says it, as one promotion
 * does), the trail and settings by everything, and no other page by sessions. Where neither tells, news of any system count.
 */
export function concernsPath(changes: Changes, path: string, system: string | null = null): boolean {
  if (changes === 'everything') return true
  const [, area, name] = path.split('/')
  if (area === 'audit' || area === 'settings') return true
  const one = area === 'systems' && name ? decodeURIComponent(name) : system
  return changes.keys.some(([of, kind]) => !isOfAccounts(kind) && (one === null || of === one))
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
