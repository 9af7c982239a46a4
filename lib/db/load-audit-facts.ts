import 'server-only'
import type { AuditedRotation } from '@/lib/domain/secret-audit'
import type { Tx } from './client'
import type { Prisma } from './generated/client'

const select = {
  id: true,
  status: true,
  profileKey: true,
  openedForId: true,
  performerForId: true,
  steps: { select: { forId: true } },
  confirmations: { select: { forId: true } },
} as const satisfies Prisma.RotationSelect

/**
 * Rotations with whoever had a hand in them, by the person their acts count as: opened, performed (a step too), confirmed or approved. Two statements.
 * Approvals count even where withdrawn: whoever once answered for a plan does not audit it.
 */
export async function loadAuditedRotations(tx: Tx, where: Prisma.RotationWhereInput): Promise<(AuditedRotation & { profile: string })[]> {
  const rows = await tx.rotation.findMany({ where, select, orderBy: [{ openedAt: 'desc' }, { id: 'desc' }] })
  if (rows.length === 0) return []
  const signed = await tx.signOff.findMany({
    where: { decision: 'approve', sealedVersion: { subject: 'rotation', subjectId: { in: rows.map(({ id }) => id) } } },
    select: { signerId: true, sealedVersion: { select: { subjectId: true } } },
  })
  return rows.map((row) => {
    const hands = new Map<string, string>()
    for (const { forId } of row.steps) hands.set(forId, 'performed a step of')
    for (const { forId } of row.confirmations) hands.set(forId, 'confirmed')
    for (const { signerId, sealedVersion } of signed) if (sealedVersion.subjectId === row.id) hands.set(signerId, 'approved')
    if (row.performerForId !== null) hands.set(row.performerForId, 'performed')
    hands.set(row.openedForId, 'opened')
    return { id: row.id, status: row.status, profile: row.profileKey, hands }
  })
}
