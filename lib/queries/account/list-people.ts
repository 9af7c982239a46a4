import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { lookOfAccount } from '@/lib/domain/account'
import { type Actor, readableSystems } from '@/lib/domain/context'
import type { Role } from '@/lib/domain/roles'
import { isUuid } from '@/lib/domain/uuid'

export type PeopleGrant = {
  id: string
  role: Role
  systemId: string | null
  systemName: string | null
  grantedBy: string | null
  grantedByThemselves: boolean
  startsAt: Date
  endsAt: Date | null
}
export type PeopleRow = {
  id: string
  kind: 'person' | 'agent'
  name: string
  email: string | null
  sponsor: string | null
  systemName: string | null
  hasPassword: boolean
  retiredAt: Date | null
  erased: boolean
  grants: PeopleGrant[]
}

/**
 * People and agents that one may know of: whoever shares a system, and everybody for those who read every system (T23). Grants of other systems
 * are left out; addresses are for admins.
 */
export function listPeople(looker: { actor: Actor; now: Date }): Promise<PeopleRow[]> {
  return readPeople(looker)
}

async function readPeople({ actor, now }: { actor: Actor; now: Date }, only?: string): Promise<PeopleRow[]> {
  const systems = readableSystems(actor, now)
  const { seesAddresses } = lookOfAccount(actor, now)
  const rows = await db.principal.findMany({
    where: {
      kind: { in: ['person', 'agent'] },
      ...(only === undefined ? {} : { id: only }),
      ...(systems === null
        ? {}
        : {
            OR: [
              { id: actor.id },
              { systemId: { in: systems } },
              { grants: { some: { OR: [{ systemId: null }, { systemId: { in: systems } }] } } },
            ],
          }),
    },
    select: {
      id: true,
      kind: true,
      label: true,
      systemId: true,
      retiredAt: true,
      person: { select: { name: true, email: true, passwordHash: true } },
      sponsor: { select: { person: { select: { name: true } } } },
      grants: {
        where: { OR: [{ endsAt: null }, { endsAt: { gt: now } }] },
        select: {
          id: true,
          role: true,
          systemId: true,
          startsAt: true,
          endsAt: true,
          principalId: true,
          grantedById: true,
          grantedBy: { select: { label: true, person: { select: { name: true } } } },
        },
        orderBy: [{ systemId: 'asc' }, { role: 'asc' }],
      },
    },
  })
  const names = new Map((await db.system.findMany({ select: { id: true, name: true } })).map((system) => [system.id, system.name]))
  const nameOf = (id: string | null): string | null => (id === null ? null : (names.get(id) ?? id))
  return rows
    .map((row): PeopleRow => {
      const erased = row.person?.email.startsWith('erased-') === true && row.person.email.endsWith('@erased.invalid')
      return {
        id: row.id,
        kind: row.kind as PeopleRow['kind'], // asked for above
        name: row.person?.name ?? row.label ?? 'Somebody',
        email: erased || !(seesAddresses || row.id === actor.id) ? null : (row.person?.email ?? null),
        sponsor: row.sponsor?.person?.name ?? null,
        systemName: nameOf(row.systemId),
        hasPassword: row.person?.passwordHash != null,
        retiredAt: row.retiredAt,
        erased,
        grants: row.grants
          .filter((grant) => systems === null || grant.systemId === null || systems.includes(grant.systemId))
          .map(({ id, role, systemId, startsAt, endsAt, principalId, grantedById, grantedBy }) => ({
            id,
            role: role as Role, // the closed list is what giveGrant takes
            systemId,
            systemName: nameOf(systemId),
            grantedBy: grantedBy?.person?.name ?? grantedBy?.label ?? null,
            grantedByThemselves: grantedById === principalId,
            startsAt,
            endsAt,
          })),
      }
    })
    .sort(
      (a, b) =>
        Number(a.retiredAt !== null) - Number(b.retiredAt !== null) || a.kind.localeCompare(b.kind) * -1 || a.name.localeCompare(b.name),
    )
}

/** One of them; null when there is none such, or none that one may know of. */
export async function getPerson(looker: { actor: Actor; now: Date }, id: string): Promise<PeopleRow | null> {
  return isUuid(id) ? ((await readPeople(looker, id))[0] ?? null) : null
}

/** The systems roles can be granted on, by somebody who may grant there. */
export async function listGrantableSystems({ actor, now }: { actor: Actor; now: Date }): Promise<{ id: string; name: string }[]> {
  const { adminOf } = lookOfAccount(actor, now)
  return db.system.findMany({
    where: adminOf === null ? {} : { id: { in: adminOf } },
    select: { id: true, name: true },
    orderBy: { name: 'asc' },
  })
}

/** Which grants make somebody an admin of every system at an instant. */
export const adminsAt = (now: Date) =>
  ({
    role: 'admin',
    systemId: null,
    startsAt: { lte: now },
    OR: [{ endsAt: null }, { endsAt: { gt: now } }],
    principal: { kind: 'person', retiredAt: null },
  }) satisfies Prisma.RoleGrantWhereInput

/** The ids of those who are admins of every system now: the last of them stays. */
export async function listAdmins(now: Date): Promise<string[]> {
  const rows = await db.roleGrant.findMany({ where: adminsAt(now), select: { principalId: true } })
  return [...new Set(rows.map((row) => row.principalId))]
}

/** The addresses by which somebody commits, for those who see addresses; null for everybody else. */
export async function listCommitAddresses({ actor, now }: { actor: Actor; now: Date }, id: string): Promise<string[] | null> {
  if (!lookOfAccount(actor, now).seesAddresses && actor.id !== id) return null
  const rows = await db.commitIdentity.findMany({
    where: { principalId: id },
    select: { email: true },
    orderBy: { email: 'asc' },
    take: 50,
  })
  return rows.map(({ email }) => email)
}

/** The time zone somebody chose; null for an agent. */
export async function getTimeZone(id: string): Promise<string | null> {
  return (await db.person.findUnique({ where: { principalId: id }, select: { timeZone: true } }))?.timeZone ?? null
}
