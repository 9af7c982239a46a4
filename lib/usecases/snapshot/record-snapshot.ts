import 'server-only'
import type { z } from 'zod'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import { whyNotRight } from '@/lib/domain/rights'
import { whyNotTakenAt } from '@/lib/domain/snapshot'
import type { recordSnapshotInput } from '@/lib/schemas/snapshot'
import { reconcileSystem } from '../finding/reconcile-findings'

/** Who besides a pipeline records snapshots. */
export const SNAPSHOTTERS = ['release_manager', 'dev_lead', 'engineer', 'secops'] as const

/**
 * Records a dated backup of a profile by its digest. A newer one makes evidence that is bound to the profile's snapshots stale; that holds and
 * voids nothing (000.29). The same digest again is refused: a snapshot is recorded once.
 */
export async function recordSnapshot(ctx: Ctx, input: z.output<typeof recordSnapshotInput>): Promise<{ id: string; profile: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    ensure(
      whyNotRight(actor, system, { roles: SNAPSHOTTERS, scope: 'snapshot:record', what: `Snapshots of ${system.name} are recorded` }, now),
      whyNotTakenAt(input.takenAt, now),
    )
    const profile = profileOrRefuse(active.policy, input.profile)
    const { takenAt, digest, location } = input
    const [made] = await tx.snapshot.createManyAndReturn({
      data: [{ systemId: system.id, profileKey: profile.id, takenAt, digest, location, recordedById: actor.id, recordedAt: now }],
      skipDuplicates: true,
      select: { id: true },
    })
    ensure(made ? null : refuse('conflict', `This snapshot of ${profile.id} is already recorded. Nothing was added.`, { place: 'digest' }))
    const { id } = made as NonNullable<typeof made> // ensured just above
    return {
      result: { id, profile: profile.id },
      events: [
        {
          action: 'snapshot.recorded',
          system: system.id,
          subject: { kind: 'snapshot', id },
          policy: active.hash,
          after: { profile: profile.id, takenAt: takenAt.toISOString(), digest },
        },
        ...(await reconcileSystem({ tx, now }, system.id)),
      ],
    }
  })
}
