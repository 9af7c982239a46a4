import 'server-only'
import type { z } from 'zod'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { mutate } from '@/lib/db/mutate'
import { restoreKeys } from '@/lib/db/write-keys'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'
import type { RotationFacts } from '@/lib/domain/rotation'
import { whyNotFinishRollback } from '@/lib/domain/rotation-guards'
import type { finishRollbackInput } from '@/lib/schemas/rotation'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { reconcileSystem } from '../finding/reconcile-findings'

/**
 * Ends a rollback whose steps are all settled: the keys before are the current ones again. Without the reference of its postmortem it owes one
 * (003.19); a step that recorded where it is written has paid already.
 */
export async function finishRollback(
  ctx: Ctx,
  input: z.output<typeof finishRollbackInput>,
): Promise<{ status: 'rolled_back'; postmortem: string | null }> {
  ensure(whyNotSecret({ postmortem: input.postmortem }))
  return mutate(ctx, async (w) => {
    const { tx, now, actor } = w
    const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
    ensure(whyNotFinishRollback(facts, actor, now))
    const postmortem = input.postmortem ?? recordedPostmortem(facts)
    const keys = await restoreKeys(w, facts.id)
    await tx.rotation.update({ where: { id: facts.id }, data: { status: 'rolled_back', endedAt: now, postmortem } })
    return {
      result: { status: 'rolled_back', postmortem },
      events: [
        {
          action: 'rotation.rolled_back',
          system: facts.system.id,
          subject: { kind: 'rotation', id: facts.id },
          policy: facts.policy.hash,
          after: { profile: facts.profile.id, incident: facts.incident?.id ?? null, postmortem: postmortem !== null },
        },
        ...keys,
        ...(await reconcileSystem(w, facts.system.id, 'explained')),
      ],
    }
  })
}

/** Where a step of the rollback said that it is written down: its last record with a reference or link. */
function recordedPostmortem(facts: RotationFacts): string | null {
  const step = facts.steps.findLast(({ phase, evidence, state }) => phase === 'rollback' && evidence === 'record' && state === 'done')
  return step?.record?.reference ?? step?.record?.link ?? null
}
