import 'server-only'
import { db } from '@/lib/db/client'
import { findEntries, readTrail, trailScope } from '@/lib/db/read-trail'
import type { AuditValue } from '@/lib/domain/audit-event'
import { sha256Hex } from '@/lib/domain/canonical'
import { parseRecorded, type RecordedEvent } from '@/lib/domain/recorded-event'
import { ROLE_TITLE, type Role } from '@/lib/domain/roles'
import { type AuditRow, type Looker, rowOf } from './audit'
import { type Namer, namerFor } from './trail-namer'

/** One value of before and after: its key, and both sides in words (null where it was not there). */
export type Change = { key: string; before: string | null; after: string | null }

/** What became of a sealed text that an entry names: its bytes still give the recorded hash, or they do not, or it is not there. */
export type SealedCheck = { hash: string; state: 'matches' | 'differs' | 'unknown'; subject: { promotion: string; number: number } | null }

/** The text of an entry: said, redacted by a later entry, or gone. */
export type SaidText = { digest: string; body: string | null; redactedBy: string | null }

/** An entry in full, ready to show. */
export type AuditDetail = {
  row: AuditRow
  said: string
  roles: readonly string[]
  /** The role the act rested on, where one slot's did. */
  grantRole: string | null
  /** Whose act it counts as, where that is somebody else: a token's creator, an agent's sponsor. */
  countsAs: string | null
  token: string | null
  request: { id: string; ip: string | null; agent: string | null }
  isFromSession: boolean
  reason: string | null
  sealed: SealedCheck | null
  policy: string | null
  changes: readonly Change[]
  text: SaidText | null
  canonical: string
  isDemo: boolean
}

/**
 * One entry of the trail with everything that belongs to it; null alike for one that is not there and one that may not be seen (T23). The hash of
 * the sealed text is computed here from its stored bytes, not copied.
 */
export async function getAuditEntry(looker: Looker, id: string): Promise<AuditDetail | null> {
  const scope = await trailScope(looker.actor, looker.now)
  const [entry] = await readTrail(scope, (tx) => findEntries(tx, scope, {}, [{ by: 'id', from: id, to: id }], { take: 1, after: null }))
  if (!entry) return null
  const event = parseRecorded(entry.canonical)
  const [namer, sealed, text] = await Promise.all([namerFor([event]), checkSealed(event), textOf(event)])
  const row = rowOf(entry, event, namer)
  return {
    row,
    said: event.at,
    roles: event.actor.roles.map((role) => ROLE_TITLE[role]),
    grantRole: await roleOfGrant(event.actor.grant),
    countsAs: event.actor.countsAs === event.actor.id ? null : namer.principal(event.actor.countsAs),
    token: event.actor.token === null ? null : namer.token(event.actor.token),
    request: event.request,
    isFromSession: event.actor.session !== null,
    reason: event.reason?.replaceAll('_', ' ') ?? null,
    sealed,
    policy: event.policy,
    changes: changesOf(event, namer),
    text,
    canonical: entry.canonical,
    isDemo: event.demo === true,
  }
}

async function roleOfGrant(grant: string | null): Promise<string | null> {
  if (grant === null) return null
  const found = await db.roleGrant.findUnique({ where: { id: grant }, select: { role: true } })
  return found ? ROLE_TITLE[found.role as Role] : null
}

async function checkSealed(event: RecordedEvent): Promise<SealedCheck | null> {
  const hash = event.dossier
  if (hash === null) return null
  const sealed = await db.sealedVersion.findFirst({
    where: { hash, subject: 'promotion' },
    select: { subjectId: true, number: true, canonical: true },
  })
  // Not found by its hash: the version that the entry names must then hold something else.
  const named =
    sealed ??
    (event.subject.version === null
      ? null
      : await db.sealedVersion.findFirst({
          where: { subject: 'promotion', subjectId: event.subject.id, number: event.subject.version },
          select: { subjectId: true, number: true, canonical: true },
        }))
  if (!named) return { hash, state: 'unknown', subject: null }
  return {
    hash,
    state: sha256Hex(named.canonical) === hash ? 'matches' : 'differs',
    subject: { promotion: named.subjectId, number: named.number },
  }
}

async function textOf(event: RecordedEvent): Promise<SaidText | null> {
  if (event.text === null) return null
  const found = await db.auditText.findUnique({ where: { digest: event.text } })
  return { digest: event.text, body: found?.body ?? null, redactedBy: found?.redactedByEvent ?? null }
}

function changesOf(event: RecordedEvent, namer: Namer): Change[] {
  const words = (key: string, value: AuditValue | undefined): string | null => (value === undefined ? null : namer.value(key, value))
  return [...new Set([...Object.keys(event.before ?? {}), ...Object.keys(event.after ?? {})])].sort().map((key) => ({
    key,
    before: words(key, event.before?.[key]),
    after: words(key, event.after?.[key]),
  }))
}
