import 'server-only'
import type { z } from 'zod'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { bringNewKeys } from '@/lib/db/write-keys'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { openStep, type RotationStatus, type RotationStep } from '@/lib/domain/rotation'
import { wayOf, whyNotRecordStep } from '@/lib/domain/rotation-step'
import type { recordStepInput } from '@/lib/schemas/rotation'
import { whyNotKeyName } from '@/lib/secret-filter/why-not-key-name'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/**
 * Says of one step of the plan that it is done, failed or does not apply: by whom, when, by script or by hand, with its evidence (003.8 to 003.16).
 * The step that brings new keys puts them on the record; the last step leads to the verification. Gives what comes next.
 */
export async function recordStep(
  ctx: Ctx,
  input: z.output<typeof recordStepInput>,
): Promise<{ status: RotationStatus; next: string | null }> {
  ensure(
    whyNotSecret({ note: input.note, link: input.link, reference: input.reference }),
    whyNotKeyName(Object.fromEntries(Object.entries(input.newKeys ?? {}).map(([mapping, keyId]) => [`newKeys.${mapping}`, keyId]))),
  )
  try {
    return await mutate(ctx, async (w) => {
      const { tx, now, actor } = w
      const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
      ensure(whyNotRecordStep(facts, input, actor, now))
      const step = facts.steps.find(({ id }) => id === input.step) as RotationStep // ensured by the guard
      const variant = input.state === 'not_applicable' ? null : wayOf(step, input.variant)
      await tx.rotationStep.create({
        data: {
          rotationId: facts.id,
          stepId: step.id,
          state: input.state,
          how: input.how ?? null,
          variant,
          note: input.note ?? null,
          link: input.link ?? null,
          reference: input.reference ?? null,
          ...(input.newKeys ? { newKeys: input.newKeys } : {}),
          byId: actor.id,
          forId: actor.countsAsId,
          at: now,
        },
      })
      const keys =
        step.records === 'new-key' && input.state === 'done'
          ? await bringNewKeys(w, {
              rotation: { id: facts.id, systemId: facts.system.id, profileKey: facts.profile.id },
              method: facts.method,
              members: facts.members.map(({ mapping }) => mapping),
              newKeys: input.newKeys ?? {},
            })
          : []
      const after = { ...facts, steps: facts.steps.map((each) => (each.id === step.id ? { ...each, state: input.state } : each)) }
      const verifies = facts.status === 'in_progress' && openStep(after) === null
      const status: RotationStatus = verifies ? 'verifying' : facts.status
      // What was chosen at the step is remembered for the profile, unless the plan had said it.
      const remembered = facts.variant === null && input.variant !== undefined && input.state === 'done' ? input.variant : facts.variant
      if (verifies || remembered !== facts.variant)
        await tx.rotation.update({
          where: { id: facts.id },
          data: { status, variant: remembered, ...(verifies ? { verifyingAt: now } : {}) },
        })
      const recorded: AuditEvent = {
        action: 'rotation.step_recorded',
        system: facts.system.id,
        subject: { kind: 'rotation', id: facts.id },
        policy: facts.policy.hash,
        before: { state: step.state },
        after: { step: step.id, state: input.state, how: input.how ?? null, variant, profile: facts.profile.id },
      }
      const verifying: AuditEvent = { action: 'rotation.verifying', system: facts.system.id, subject: { kind: 'rotation', id: facts.id } }
      return {
        result: { status, next: openStep({ ...after, status })?.id ?? null },
        events: [recorded, ...keys, ...(verifies ? [verifying] : [])],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse('conflict', 'Somebody recorded this step in the same moment. Nothing of yours was recorded; reload to see it.'),
    )
  }
}
