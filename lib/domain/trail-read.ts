import { type Actor, type Ctx, type Grant, isGrantHeld, readableSystems } from './context'
import type { Role } from './roles'

/** What somebody looked at: a list under a filter, one entry, a saved question, a verification. Ids, enums and digests only (T18). */
export type ReadWords = Readonly<Record<string, string | number>>

/** Who read, as the event will say it once the hour is over: kept with the counter, for roles and sessions end. */
export type Reader = {
  kind: Actor['kind']
  id: string
  countsAs: string
  roles: readonly Role[]
  session: string | null
  token: string | null
  request: Ctx['request']
}

/** A read within this long of the last one of the same filter is the same read: a reload, a page further, an entry opened beside the list. */
export const SAME_READ_MS = 60_000
/** A page that follows by itself stays the same read as long as it was last seen this long ago. */
export const FOLLOWED_MS = 2 * 3_600_000

/** Whether what somebody reads of the trail is put on the record: an auditor's reading is (audit-log.md; ux.md, 12). */
export function isReadRecorded(actor: Actor, now: Date): boolean {
  return actor.grants.some((grant) => grant.role === 'auditor' && isGrantHeld(grant, undefined, now))
}

/** Whether a filter asks for nothing but somebody's own reads: looking at those leaves no trace, or every look would need another. */
export function isOfOwnReads(actor: Actor, words: ReadWords): boolean {
  return words.actor === actor.id && (words.action === 'trail.read' || words.action === 'record')
}

/** The system whose readers see that somebody read: the one that was asked for, or the only one they may read. Null for all of them. */
export function systemOfRead(actor: Actor, words: ReadWords, now: Date): string | null {
  if (typeof words.system === 'string') return words.system === '-' ? null : words.system
  const readable = readableSystems(actor, now)
  return readable?.length === 1 ? (readable[0] ?? null) : null
}

/** Somebody as a reader, with the roles that count for a system (null: all of theirs). */
export function readerOf({ actor, request }: Ctx, system: string | null, now: Date): Reader {
  const roles = actor.grants.filter((grant) => isGrantHeld(grant, system ?? undefined, now)).map(({ role }) => role)
  return {
    kind: actor.kind,
    id: actor.id,
    countsAs: actor.countsAsId,
    roles: [...new Set(roles)].sort(),
    session: actor.session?.id ?? null,
    token: actor.token?.id ?? null,
    request,
  }
}

/** A context that says of a reader what was true when they read. It is good for writing their event and for nothing else. */
export function contextOfReader({ kind, id, countsAs, roles, session, token, request }: Reader): Ctx {
  const grants = roles.map(
    (role): Grant => ({ id: '', principalId: id, role, systemId: null, grantedById: null, startsAt: new Date(0), endsAt: null }),
  )
  return {
    actor: {
      id,
      kind,
      name: '',
      countsAsId: countsAs,
      grants,
      session: session === null ? null : { id: session, version: 0 },
      token: token === null ? null : { id: token, systemId: null, scopes: [], gates: [] },
    },
    request,
  }
}

/** Whether a request came from the very page that it asks for, as a page does that follows by itself: by the address it says it comes from. */
export function isSamePage(referer: string | null, address: string | null): boolean {
  if (referer === null || address === null) return false
  const plain = (text: string): string | null => {
    try {
      const { pathname, searchParams } = new URL(text, 'https://here.invalid')
      const pairs = [...searchParams].filter(([, value]) => value !== '').map((pair) => pair.join('='))
      return `${pathname}?${pairs.sort().join('&')}`
    } catch {
      return null
    }
  }
  return plain(referer) === plain(address)
}
