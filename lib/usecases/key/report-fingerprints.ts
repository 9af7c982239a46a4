import 'server-only'
import type { z } from 'zod'
import { mappingOrRefuse, openRotations } from '@/lib/db/load-key-facts'
import { loadFingerprintFindings } from '@/lib/db/load-keys'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import { lockKeys } from '@/lib/db/write-keys'
import type { Ctx } from '@/lib/domain/context'
import { claimSkewMinutes } from '@/lib/domain/evidence'
import type { FingerprintFinding } from '@/lib/domain/fingerprint'
import { whyNotKeyRight } from '@/lib/domain/key'
import { ownershipOf } from '@/lib/domain/ownership'
import { ensure } from '@/lib/domain/refusal'
import type { reportFingerprintsInput } from '@/lib/schemas/key'
import { whyNotKeyName } from '@/lib/secret-filter/why-not-key-name'
import { reconcileSystem } from '../finding/reconcile-findings'

/** What a report came to: how many were taken, and what speaks against this profile now, by them or by earlier ones. */
export type ReportedFingerprints = {
  profile: string
  reported: number
  /** The open rotations whose secrets were among them. */
  rotations: string[]
  findings: FingerprintFinding[]
  claimSkewMinutes: number | null
}

/**
 * Takes the fingerprints of what a runtime holds, several mappings at once: keyed HMACs, made where the values live with a key that never comes here
 * (002.42, 004.4, T18). A report of a secret that is being rotated belongs to that rotation. Says at once what they speak against.
 */
export async function reportFingerprints(ctx: Ctx, input: z.output<typeof reportFingerprintsInput>): Promise<ReportedFingerprints> {
  ensure(whyNotKeyName({ fingerprintKeyId: input.fingerprintKeyId }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const profile = profileOrRefuse(active.policy, input.profile)
    for (const { mapping } of input.fingerprints)
      ensure(
        whyNotKeyRight(
          { system, rule: ownershipOf(active.policy, profile.id, mappingOrRefuse(active.policy, profile, mapping).id) },
          actor,
          now,
        ),
      )
    // The completion of a rotation holds it too: it has read this report, or this one reads that it is over (T07).
    await lockKeys(tx, system.id, profile.id)
    const open = await openRotations(tx, system.id, profile.id)
    const rotationOf = (mapping: string) => open.find(({ mappingKeys }) => mappingKeys.includes(mapping))?.id ?? null
    const { fingerprintKeyId, claimedAt = null } = input
    const made = await tx.fingerprintReport.createManyAndReturn({
      data: input.fingerprints.map(({ mapping, fingerprint }) => ({
        systemId: system.id,
        profileKey: profile.id,
        mappingKey: mapping,
        fingerprint,
        fingerprintKeyId,
        rotationId: rotationOf(mapping),
        claimedAt,
        reportedById: actor.id,
        reportedAt: now,
      })),
      select: { id: true },
    })
    const mappings = input.fingerprints.map(({ mapping }) => mapping)
    const rotations = [...new Set(mappings.map(rotationOf).filter((id) => id !== null))]
    const findings = (await loadFingerprintFindings(tx, [system.id])).filter((finding) =>
      [finding.profile, finding.other?.profile].includes(profile.id),
    )
    return {
      result: {
        profile: profile.id,
        reported: made.length,
        rotations,
        findings,
        claimSkewMinutes: claimSkewMinutes(input.claimedAt, now),
      },
      events: [
        {
          action: 'key.fingerprint_reported',
          system: system.id,
          subject: { kind: 'key', id: made[0]?.id ?? profile.id },
          policy: active.hash,
          after: {
            profile: profile.id,
            mappings,
            fingerprintKeyId,
            fingerprints: input.fingerprints.map(({ fingerprint }) => fingerprint),
            rotations,
            against: findings.map(({ kind }) => kind),
          },
        },
        ...(await reconcileSystem({ tx, now }, system.id)),
      ],
    }
  })
}
