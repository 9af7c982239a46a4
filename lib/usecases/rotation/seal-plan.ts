import 'server-only'
import type { Work } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { RotationPlan } from '@/lib/domain/rotation'
import { sealPlan } from '@/lib/domain/rotation-plan'

/** Stores the next version of a plan: canonical JSON named by its SHA-256. The caller holds the rotation and has ended the version before. */
export async function storePlan(
  { tx, now, actor }: Work,
  plan: RotationPlan,
  requesterId: string,
): Promise<{ number: number; hash: string; event: AuditEvent }> {
  const { canonical, hash } = sealPlan(plan)
  await tx.sealedVersion.create({
    data: {
      systemId: plan.system,
      subject: 'rotation',
      subjectId: plan.rotation,
      number: plan.number,
      hash,
      canonical,
      requesterId,
      sealedById: actor.id,
      sealedAt: now,
      moved: [],
    },
  })
  await tx.rotation.update({ where: { id: plan.rotation }, data: { lastSealed: plan.number } })
  return {
    number: plan.number,
    hash,
    event: {
      action: 'rotation.planned',
      system: plan.system,
      subject: { kind: 'rotation', id: plan.rotation, version: plan.number },
      dossier: hash,
      policy: plan.policy.hash,
      after: {
        variant: plan.variant,
        window: plan.window?.startsAt ?? null,
        slots: plan.slots.map(({ id }) => id),
        requester: requesterId,
      },
    },
  }
}
