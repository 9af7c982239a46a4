import 'server-only'
import type { Actor, Grant } from '@/lib/domain/context'
import type { Tx } from './client'

/** Sessions of people who may sign end after twelve hours, or thirty minutes without a request (T26). */
export const SESSION_IDLE_MS = 30 * 60_000
export const SESSION_ABSOLUTE_MS = 12 * 3_600_000

type Row = {
  kind: Actor['kind']
  name: string
  countsAsId: string
  grants:
    | {
        id: string
        role: Grant['role']
        systemId: string | null
        grantedById: string | null
        startsAt: string
        endsAt: string | null
        principalId: string
      }[]
    | null
}

/**
 * The actor as they stand at an instant, in one statement: the session must be open and of the same version, the token not expired or revoked,
 * the principal not retired. Grants of a token are its creator's, of an agent its own and its sponsor's none. The rows relied on are locked
 * against revocation until the transaction ends; one revoked while we waited for its row no longer counts, though our own instant is earlier
 * (T08, T09). Null when the actor no longer stands.
 */
export async function loadActor(tx: Tx, actor: Pick<Actor, 'id' | 'session' | 'token'>, now: Date): Promise<Actor | null> {
  if (actor.session) {
    const alive = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM "Session" WHERE id = ${actor.session.id}::uuid AND "principalId" = ${actor.id}::uuid AND version = ${actor.session.version}
      AND "endedAt" IS NULL AND "expiresAt" > ${now} AND "lastSeenAt" > ${new Date(now.getTime() - SESSION_IDLE_MS)} FOR SHARE`
    if (alive.length === 0) return null
  }
  if (actor.token) {
    const alive = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM "ApiToken" WHERE id = ${actor.token.id}::uuid AND "actsAsId" = ${actor.id}::uuid AND "revokedAt" IS NULL AND "expiresAt" > ${now} FOR SHARE`
    if (alive.length === 0) return null
  }
  const tokenId = actor.token?.id ?? null
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT p.kind, coalesce(n.name, p.label, 'Somebody') AS name,
      coalesce((SELECT t."createdById" FROM "ApiToken" t WHERE t.id = ${tokenId}::uuid), p."sponsorId", p.id) AS "countsAsId",
      (SELECT json_agg(g) FROM (
        SELECT g.id, g.role, g."systemId", g."grantedById", g."startsAt", g."endsAt", g."principalId" FROM "RoleGrant" g
        WHERE g."principalId" IN (p.id, (SELECT t."createdById" FROM "ApiToken" t WHERE t.id = ${tokenId}::uuid AND p.kind = 'token'))
          AND g."startsAt" <= ${now} AND (g."endsAt" IS NULL OR g."endsAt" > ${now})
          AND (g."revokedById" IS NULL OR g."endsAt" > clock_timestamp())
        ORDER BY g."startsAt", g.id FOR SHARE) g) AS grants
    FROM "Principal" p LEFT JOIN "Person" n ON n."principalId" = p.id
    WHERE p.id = ${actor.id}::uuid AND p."retiredAt" IS NULL`
  if (!row) return null
  return {
    id: actor.id,
    kind: row.kind,
    name: row.name,
    countsAsId: row.countsAsId,
    grants: (row.grants ?? []).map((grant) => ({
      ...grant,
      startsAt: new Date(grant.startsAt),
      endsAt: grant.endsAt === null ? null : new Date(grant.endsAt),
    })),
    session: actor.session,
    token: actor.token,
  }
}
