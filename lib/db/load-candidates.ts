import 'server-only'
import type { Candidate } from '@/lib/domain/approval'
import type { Grant } from '@/lib/domain/context'
import type { Tx } from './client'

/** Everybody who holds a role on a system at an instant, with their grants: who a slot could be filled by. One statement. */
export async function loadCandidates(tx: Tx, systemId: string, now: Date): Promise<Candidate[]> {
  const rows = await tx.principal.findMany({
    where: {
      kind: 'person',
      retiredAt: null,
      grants: {
        some: { OR: [{ systemId }, { systemId: null }], startsAt: { lte: now }, AND: { OR: [{ endsAt: null }, { endsAt: { gt: now } }] } },
      },
    },
    include: { person: { select: { name: true } }, grants: { where: { OR: [{ systemId }, { systemId: null }] } } },
    orderBy: { id: 'asc' },
  })
  return rows.map((row) => ({
    id: row.id,
    name: row.person?.name ?? 'Somebody erased',
    kind: 'person',
    grants: row.grants.map((grant) => ({ ...grant, role: grant.role as Grant['role'] })),
  }))
}
