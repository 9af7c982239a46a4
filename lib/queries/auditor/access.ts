import 'server-only'
import { db } from '@/lib/db/client'
import { isGrantHeld } from '@/lib/domain/context'
import { adminsAt } from '../account/list-people'
import type { Looker } from '../audit'

/** How somebody may look: `endsAt` when their access as an auditor ends by itself; null for those who read by another role too. */
export type AuditorAccess = {
  state: 'auditor' | 'role' | 'ended' | 'none'
  endsAt: Date | null
  /** For how much: null for every system. */
  systems: string[] | null
  /** Who could grant it (again), by name. */
  admins: string[]
}

/**
 * Whether somebody reads the trail as an auditor whose time is limited, by another role, no longer, or not at all. Whoever held the role and holds none
 * now is told when it ended and who grants it again; nobody learns more of others than the names of admins.
 */
export async function getAuditorAccess({ actor, now }: Looker): Promise<AuditorAccess> {
  const held = actor.grants.filter((grant) => isGrantHeld(grant, undefined, now))
  const mine = held.filter(({ role }) => role === 'auditor')
  const systems = mine.some(({ systemId }) => systemId === null) ? null : [...new Set(mine.map(({ systemId }) => systemId as string))]
  if (held.length > mine.length) return { state: 'role', endsAt: null, systems, admins: [] }
  if (mine.length > 0) {
    const ends = mine.map(({ endsAt }) => endsAt)
    const last = ends.includes(null) ? null : new Date(Math.max(...ends.map((end) => Number(end))))
    return { state: 'auditor', endsAt: last, systems, admins: [] }
  }
  const [ended, admins] = await Promise.all([
    db.roleGrant.findFirst({
      where: { principalId: actor.id, role: 'auditor', endsAt: { lte: now } },
      orderBy: { endsAt: 'desc' },
      select: { endsAt: true },
    }),
    db.roleGrant.findMany({
      where: adminsAt(now),
      select: { principal: { select: { person: { select: { name: true } } } } },
      take: 5,
    }),
  ])
  const names = [...new Set(admins.flatMap(({ principal }) => principal.person?.name ?? []))].toSorted()
  return { state: ended ? 'ended' : 'none', endsAt: ended?.endsAt ?? null, systems: [], admins: names }
}
