import 'server-only'
import type { Actor, Grant } from '@/lib/domain/context'
import type { Tx } from './client'
import { databaseNow } from './database-now'
import { Prisma } from './generated/client'

/** Sessions of people who may sign end after twelve hours, or thirty minutes without a request (T26). */
export const SESSION_IDLE_MS = 30 * 60_000
export const SESSION_ABSOLUTE_MS = 12 * 3_600_000

type Who = Pick<Actor, 'id' | 'session' | 'token'>

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

/** The actor as they stand at an instant, as `standNow`; null when they no longer do. */
export async function loadActor(tx: Tx, actor: Who, now: Date): Promise<Actor | null> {
  return (await standNow(tx, actor, now))?.actor ?? null
}

/**
 * The transaction's instant (the database's, unless one is given) and the actor as they stand at it: the session must be open and of the same
 * version, the token not expired or revoked, the principal not retired. Grants of a token are its creator's, of an agent its own and its sponsor's
 * none. The rows relied on are locked against revocation until the transaction ends; one revoked while we waited for its row no longer counts,
 * though our own instant is earlier (T08, T09). Null when they no longer stand. Two statements: what waited is read after the wait.
 */
export async function standNow(tx: Tx, actor: Who, at?: Date): Promise<{ now: Date; actor: Actor } | null> {
  let now = at
  if (actor.session) {
    const [open] = await tx.$queryRaw<{ now: Date }[]>`/* kept */
      SELECT t.now FROM ${instant(now)} t, "Session" s WHERE s.id = ${actor.session.id}::uuid AND s."principalId" = ${actor.id}::uuid
      AND s.version = ${actor.session.version} AND s."endedAt" IS NULL AND s."expiresAt" > t.now
      AND s."lastSeenAt" > t.now - ${SESSION_IDLE_MS} * interval '1 millisecond' FOR SHARE OF s`
    if (!open) return null
    now = open.now
  }
  if (actor.token) {
    const [good] = await tx.$queryRaw<{ now: Date }[]>`/* kept */
      SELECT t.now FROM ${instant(now)} t, "ApiToken" k WHERE k.id = ${actor.token.id}::uuid AND k."actsAsId" = ${actor.id}::uuid
      AND k."revokedAt" IS NULL AND k."expiresAt" > t.now FOR SHARE OF k`
    if (!good) return null
    now = good.now
  }
  now ??= await databaseNow(tx)
  const standing = await readActor(tx, actor, now)
  return standing && { now, actor: standing }
}

// OFFSET keeps it a row of its own, so that the clock is read once.
const instant = (at: Date | undefined) =>
  at === undefined
    ? Prisma.sql`(SELECT date_trunc('milliseconds', clock_timestamp()) AS now OFFSET 0)`
    : Prisma.sql`(SELECT ${at}::timestamptz AS now)`

async function readActor(tx: Tx, actor: Who, now: Date): Promise<Actor | null> {
  const tokenId = actor.token?.id ?? null
  const [row] = await tx.$queryRaw<Row[]>`/* kept */
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
