import 'server-only'
import { db } from '@/lib/db/client'
import { SESSION_IDLE_MS } from '@/lib/db/load-actor'
import { readTrail, trailScope } from '@/lib/db/read-trail'
import type { Actor } from '@/lib/domain/context'
import type { Role } from '@/lib/domain/roles'

export type ProfileGrant = {
  id: string
  role: Role
  systemName: string | null
  grantedBy: string | null
  startsAt: Date
  endsAt: Date | null
  eventId: string | null
}
export type ProfileSession = { id: string; userAgent: string; createdAt: Date; lastSeenAt: Date; expiresAt: Date; isThis: boolean }
export type Profile = { grants: ProfileGrant[]; sessions: ProfileSession[] }

/** One's own roles, each with who granted it and the entry on the record that says so, and one's own open sessions (T26). */
export async function getProfile({ actor, now }: { actor: Actor; now: Date }): Promise<Profile> {
  const [grants, sessions] = await Promise.all([
    db.roleGrant.findMany({
      where: { principalId: actor.id, startsAt: { lte: now }, OR: [{ endsAt: null }, { endsAt: { gt: now } }] },
      select: {
        id: true,
        role: true,
        systemId: true,
        startsAt: true,
        endsAt: true,
        grantedBy: { select: { label: true, person: { select: { name: true } } } },
      },
      orderBy: [{ systemId: 'asc' }, { role: 'asc' }],
    }),
    db.session.findMany({
      where: {
        principalId: actor.id,
        endedAt: null,
        expiresAt: { gt: now },
        lastSeenAt: { gt: new Date(now.getTime() - SESSION_IDLE_MS) },
      },
      select: { id: true, userAgent: true, createdAt: true, lastSeenAt: true, expiresAt: true },
      orderBy: { lastSeenAt: 'desc' },
    }),
  ])
  const names = new Map((await db.system.findMany({ select: { id: true, name: true } })).map((system) => [system.id, system.name]))
  const events = await grantingEvents(
    actor,
    now,
    grants.map((grant) => grant.id),
  )
  return {
    grants: grants.map(({ id, role, systemId, startsAt, endsAt, grantedBy }) => ({
      id,
      role: role as Role, // the closed list is what giveGrant takes
      systemName: systemId === null ? null : (names.get(systemId) ?? systemId),
      grantedBy: grantedBy?.person?.name ?? grantedBy?.label ?? null,
      startsAt,
      endsAt,
      eventId: events.get(id) ?? null,
    })),
    sessions: sessions.map((session) => ({ ...session, isThis: session.id === actor.session?.id })),
  }
}

async function grantingEvents(actor: Actor, now: Date, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await readTrail(
    await trailScope(actor, now),
    (tx) => tx.$queryRaw<{ id: string; grant: string }[]>`
      SELECT id::text, subject_id AS "grant" FROM audit.trail WHERE subject_kind = 'grant' AND subject_id = ANY (${[...ids]}::text[]) AND action = 'grant.given'`,
  )
  return new Map(rows.map((row) => [row.grant, row.id]))
}
