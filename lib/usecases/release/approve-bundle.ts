import 'server-only'
import type { z } from 'zod'
import { loadSystem } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import { whyNotApproveBundle } from '@/lib/domain/bundle'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import type { approveBundleInput } from '@/lib/schemas/release'

type BundleRow = { id: string; version: string; artefact: string; registeredById: string; registeredForId: string; approvedAt: Date | null }

/** Approves the bundle of a release, which the policy may ask for before a profile takes it (000.5). A Release Manager's act, not the registrant's. */
export async function approveBundle(ctx: Ctx, input: z.output<typeof approveBundleInput>): Promise<{ id: string; approvedAt: Date }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const [row] = await tx.$queryRaw<BundleRow[]>`
      SELECT id, version, artefact, "registeredById", "registeredForId", "bundleApprovedAt" AS "approvedAt" FROM "Release"
      WHERE "systemId" = ${system.id} AND version = ${input.version} FOR UPDATE`
    ensure(row ? null : refuse('not_found', `${system.name} has no registered release ${input.version}.`, { place: 'version' }))
    const release = row as BundleRow // ensured just above
    ensure(whyNotApproveBundle(release, actor, system, now))
    await tx.release.update({ where: { id: release.id }, data: { bundleApprovedById: actor.id, bundleApprovedAt: now } })
    return {
      result: { id: release.id, approvedAt: now },
      events: [
        {
          action: 'bundle.approved',
          system: system.id,
          subject: { kind: 'release', id: release.id },
          policy: active.hash,
          after: { version: release.version, artefact: sha256Hex(release.artefact) },
        },
      ],
    }
  })
}
