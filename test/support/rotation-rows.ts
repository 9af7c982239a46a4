import { randomUUID } from 'node:crypto'
import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { Ctx } from '@/lib/domain/context'
import { ownershipMembers } from '@/lib/domain/ownership'

export type RotationRow = { id: string; systemId: string; profileKey: string }

/**
 * A rotation written straight into its table, open in a status, or ended: for tests of keys and audits, which only look at it. Rotations have tests
 * of their own.
 */
export async function aRotationRow(
  system: string,
  rule: string,
  by: Ctx,
  more: { status?: string; performer?: Ctx; endedAt?: Date; incidentId?: string } = {},
): Promise<RotationRow> {
  const { policy, id: policyVersionId } = await loadActivePolicy(db, system)
  const ownership = policy.rotation.ownership.find((candidate) => candidate.id === rule)
  if (!ownership) throw new Error(`${system} has no rule ${rule}`)
  const row = await db.rotationOwnership.findFirstOrThrow({ where: { policyVersionId, key: rule }, select: { id: true } })
  const now = new Date()
  return db.rotation.create({
    data: {
      systemId: system,
      profileKey: ownership.profile,
      policyVersionId,
      ownershipId: row.id,
      ownershipKey: rule,
      mappingKeys: ownershipMembers(policy, ownership).map(({ id }) => id),
      method: ownership.method,
      cause: 'by_hand',
      openedById: by.actor.id,
      openedForId: by.actor.countsAsId,
      openedAt: now,
      status: more.status ?? 'in_progress',
      performerId: more.performer?.actor.id ?? null,
      performerForId: more.performer?.actor.countsAsId ?? null,
      endedAt: more.endedAt ?? null,
      incidentId: more.incidentId ?? null,
    },
    select: { id: true, systemId: true, profileKey: true },
  })
}

/** Reports a fingerprint straight into its table. */
export async function aReport(
  by: Ctx,
  at: { system: string; profile: string; mapping: string; fingerprint: string; fingerprintKeyId?: string; reportedAt?: Date },
): Promise<void> {
  await db.fingerprintReport.create({
    data: {
      id: randomUUID(),
      systemId: at.system,
      profileKey: at.profile,
      mappingKey: at.mapping,
      fingerprint: at.fingerprint,
      fingerprintKeyId: at.fingerprintKeyId ?? 'h1',
      reportedById: by.actor.id,
      reportedAt: at.reportedAt ?? new Date(),
    },
  })
}
