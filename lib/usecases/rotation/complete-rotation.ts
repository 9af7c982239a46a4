import 'server-only'
import type { z } from 'zod'
import { loadFingerprintFindings } from '@/lib/db/load-keys'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { mutate } from '@/lib/db/mutate'
import { lockKeys, retireOldKeys } from '@/lib/db/write-keys'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'
import { whyNotComplete } from '@/lib/domain/rotation-guards'
import type { completeRotationInput } from '@/lib/schemas/rotation'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { reconcileSystem } from '../finding/reconcile-findings'

/**
 * Completes a rotation that was verified and confirmed: the old keys are retired, with the proof that they no longer work. Refused while reported
 * fingerprints say that nothing changed, or that the pair was not shifted (003).
 */
export async function completeRotation(ctx: Ctx, input: z.output<typeof completeRotationInput>): Promise<{ status: 'completed' }> {
  ensure(whyNotSecret({ proof: input.proof, link: input.link }))
  return mutate(ctx, async (w) => {
    const { tx, now, actor } = w
    const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
    // Reports of fingerprints wait for this lock, so that none arrives between the look and the end.
    await lockKeys(tx, facts.system.id, facts.profile.id)
    ensure(whyNotComplete(facts, actor, await loadFingerprintFindings(tx, [facts.system.id]), now))
    const proof = input.link ? `${input.proof} ${input.link}` : input.proof
    const keys = await retireOldKeys(w, facts.id, proof)
    await tx.rotation.update({ where: { id: facts.id }, data: { status: 'completed', endedAt: now } })
    return {
      result: { status: 'completed' },
      events: [
        {
          action: 'rotation.completed',
          system: facts.system.id,
          subject: { kind: 'rotation', id: facts.id },
          dossier: facts.sealed?.hash,
          policy: facts.policy.hash,
          after: { profile: facts.profile.id, secrets: facts.members.map(({ mapping }) => mapping) },
        },
        ...keys,
        ...(await reconcileSystem(w, facts.system.id, 'explained')),
      ],
    }
  })
}
