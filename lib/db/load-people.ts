import 'server-only'
import type { Candidate } from '@/lib/domain/approval'
import type { Grant } from '@/lib/domain/context'
import type { Tx } from './client'

/**
 * Everybody who holds a role on one of some systems (every one when null) at an instant, with their grants there: one statement whatever the number
 * of systems. The rules look at the grants of the system they judge.
 */
export async function loadPeople(tx: Tx, systems: readonly string[] | null, now: Date): Promise<Candidate[]> {
  const there = systems === null ? {} : { OR: [{ systemId: null }, { systemId: { in: [...systems] } }] }
  const held = { ...there, startsAt: { lte: now }, AND: { OR: [{ endsAt: null }, { endsAt: { gt: now } }] } }
  const rows = await tx.principal.findMany({
    where: { kind: 'person', retiredAt: null, grants: { some: held } },
    include: { person: { select: { name: true } }, grants: { where: there } },
    orderBy: { id: 'asc' },
  })
  return rows.map((row) => ({
    id: row.id,
    name: row.person?.name ?? 'Somebody erased',
    kind: 'person',
    grants: row.grants.map((grant) => ({ ...grant, role: grant.role as Grant['role'] })),
  }))
}
