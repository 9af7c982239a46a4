import 'server-only'
import type { Actor, Grant } from '@/lib/domain/context'
import type { Tx } from './client'
import { SESSION_IDLE_MS } from './load-actor'

type Row = {
  principalId: string
  kind: Actor['kind']
  name: string
  countsAsId: string
  now: Date
  lastAt: Date | null
  grants:
    | {
        id: string
        principalId: string
        role: Grant['role']
        systemId: string | null
        grantedById: string | null
        startsAt: string
        endsAt: string | null
      }[]
    | null
}
type SessionRow = Row & { timeZone: string | null; email: string | null }
type TokenRow = Row & { tokenId: string; systemId: string | null; scopes: string[]; gates: string[] }

/** Who a request comes from, read without locks: what pages and edges show and judge by. The deciding transaction reads again (T08). */
export type Found = { actor: Actor; now: Date; lastAt: Date | null }
export type FoundPerson = Found & { email: string; timeZone: string }

const grantsOf = (row: Row): Grant[] =>
  (row.grants ?? []).map((grant) => ({
    ...grant,
    startsAt: new Date(grant.startsAt),
    endsAt: grant.endsAt === null ? null : new Date(grant.endsAt),
  }))

/** The person behind an open session of that version, in one statement; null when it ended, idled out or was raised past (T09, T26). */
export async function findActorBySession(tx: Tx, session: { id: string; version: number }): Promise<FoundPerson | null> {
  const [row] = await tx.$queryRaw<SessionRow[]>`/* kept */
    SELECT s."principalId", p.kind, n.name, n.email, n."timeZone", p.id AS "countsAsId", s."lastSeenAt" AS "lastAt", t.now,
      (SELECT json_agg(g) FROM (
        SELECT g.id, g."principalId", g.role, g."systemId", g."grantedById", g."startsAt", g."endsAt" FROM "RoleGrant" g
        WHERE g."principalId" = p.id AND g."startsAt" <= t.now AND (g."endsAt" IS NULL OR g."endsAt" > t.now) ORDER BY g."startsAt", g.id) g) AS grants
    FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) t, "Session" s
      JOIN "Principal" p ON p.id = s."principalId" JOIN "Person" n ON n."principalId" = p.id
    WHERE s.id = ${session.id}::uuid AND s.version = ${session.version} AND s."endedAt" IS NULL AND s."expiresAt" > t.now
      AND s."lastSeenAt" > t.now - ${SESSION_IDLE_MS} * interval '1 millisecond' AND p."retiredAt" IS NULL`
  if (!row) return null
  const actor: Actor = {
    id: row.principalId,
    kind: row.kind,
    name: row.name,
    countsAsId: row.countsAsId,
    grants: grantsOf(row),
    session,
    token: null,
  }
  return { actor, now: row.now, lastAt: row.lastAt, email: row.email ?? '', timeZone: row.timeZone ?? 'UTC' }
}

/**
 * The token, or the agent it stands for, behind the hash of a bearer secret, in one statement; null when unknown, expired or revoked, or when
 * what it acts as or whoever made it is retired (T11, T19). A token's grants are its creator's, an agent's its own.
 */
export async function findActorByToken(tx: Tx, hash: string): Promise<Found | null> {
  const [row] = await tx.$queryRaw<TokenRow[]>`/* kept */
    SELECT k.id AS "tokenId", k."systemId", k.scopes, k.gates, k."lastUsedAt" AS "lastAt", p.id AS "principalId", p.kind, coalesce(p.label, k.name) AS name,
      k."createdById" AS "countsAsId", t.now,
      (SELECT json_agg(g) FROM (
        SELECT g.id, g."principalId", g.role, g."systemId", g."grantedById", g."startsAt", g."endsAt" FROM "RoleGrant" g
        WHERE g."principalId" IN (p.id, CASE WHEN p.kind = 'token' THEN k."createdById" END)
          AND g."startsAt" <= t.now AND (g."endsAt" IS NULL OR g."endsAt" > t.now) ORDER BY g."startsAt", g.id) g) AS grants
    FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) t, "ApiToken" k
      JOIN "Principal" p ON p.id = k."actsAsId" JOIN "Principal" c ON c.id = k."createdById"
    WHERE k."secretHash" = ${hash} AND k."revokedAt" IS NULL AND k."expiresAt" > t.now AND p."retiredAt" IS NULL AND c."retiredAt" IS NULL`
  if (!row) return null
  const token = { id: row.tokenId, systemId: row.systemId, scopes: row.scopes, gates: row.gates }
  const actor: Actor = {
    id: row.principalId,
    kind: row.kind,
    name: row.name,
    countsAsId: row.countsAsId,
    grants: grantsOf(row),
    session: null,
    token,
  }
  return { actor, now: row.now, lastAt: row.lastAt }
}

const MINUTE_MS = 60_000

/** Notes that somebody is still there, or a token was used: at most once a minute, so that reading pages hardly writes. */
export async function touch(tx: Tx, found: Found): Promise<void> {
  const { actor, now, lastAt } = found
  const before = new Date(now.getTime() - MINUTE_MS)
  if (lastAt !== null && lastAt > before) return
  if (actor.session)
    await tx.$executeRaw`UPDATE "Session" SET "lastSeenAt" = ${now} WHERE id = ${actor.session.id}::uuid AND "lastSeenAt" <= ${before} AND "endedAt" IS NULL`
  if (actor.token)
    await tx.$executeRaw`UPDATE "ApiToken" SET "lastUsedAt" = ${now} WHERE id = ${actor.token.id}::uuid AND ("lastUsedAt" IS NULL OR "lastUsedAt" <= ${before})`
}
