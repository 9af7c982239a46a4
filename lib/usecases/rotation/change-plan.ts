import 'server-only'
import type { z } from 'zod'
import { loadPeople } from '@/lib/db/load-people'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'
import { whyNotChangePlan } from '@/lib/domain/rotation-approval'
import { buildPlan } from '@/lib/domain/rotation-plan'
import type { changePlanInput } from '@/lib/schemas/rotation'
import { storePlan } from './seal-plan'

/** Plans a rotation again, by another way or in another window: the version before ends with its signatures, and the next one is sealed. */
export async function changePlan(ctx: Ctx, input: z.output<typeof changePlanInput>): Promise<{ number: number; hash: string }> {
  return mutate(ctx, async (w) => {
    const { tx, now, actor } = w
    const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
    const window = input.windowStartsAt && input.windowEndsAt ? { startsAt: input.windowStartsAt, endsAt: input.windowEndsAt } : null
    const variant = input.variant ?? facts.variant
    ensure(whyNotChangePlan(facts, { variant, window }, actor, await loadPeople(tx, [facts.system.id], now), now))
    if (facts.sealed)
      await tx.sealedVersion.update({ where: { id: facts.sealed.id }, data: { endedAt: now, endedBy: 'replaced', moved: [] } })
    await tx.rotation.update({
      where: { id: facts.id },
      data: { variant, windowStartsAt: window?.startsAt ?? null, windowEndsAt: window?.endsAt ?? null },
    })
    const plan = buildPlan({
      id: facts.id,
      number: facts.nextNumber,
      policy: facts.policy,
      ownership: facts.ownership,
      cause: facts.cause,
      reason: facts.reason?.digest ?? null,
      incident: facts.incident?.id ?? null,
      dueAt: facts.dueAt,
      secrets: facts.members.map(({ mapping }) => mapping),
      variant,
      window,
    })
    const { number, hash, event } = await storePlan(w, plan, facts.openedBy.countsAsId)
    return { result: { number, hash }, events: [event] }
  })
}
