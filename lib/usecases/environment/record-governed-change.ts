import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { isLate, whyNotGovernedChange } from '@/lib/domain/environment-flag'
import { ensure } from '@/lib/domain/refusal'
import type { recordGovernedChangeInput } from '@/lib/schemas/contract-choice'
import { whyNotKeyName } from '@/lib/secret-filter/why-not-key-name'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { reconcileSystem } from '../finding/reconcile-findings'

/**
 * Records that variables which belong to the environment change on purpose, and when (004.13): a change that was seen in that time is explained, and its
 * finding closes. Recorded after it began it counts all the same, and says so.
 */
export async function recordGovernedChange(
  ctx: Ctx,
  input: z.output<typeof recordGovernedChangeInput>,
): Promise<{ id: string; profile: string; late: boolean }> {
  const { variables, fromAt, untilAt, reference = null } = input
  ensure(
    whyNotSecret({ reason: input.reason, reference }),
    whyNotKeyName(Object.fromEntries(variables.map((name, index) => [`variables[${index}]`, name]))),
  )
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const profile = profileOrRefuse(active.policy, input.profile).id
    ensure(whyNotGovernedChange(active.policy, { variables, fromAt, untilAt }, actor, now))
    const late = isLate({ fromAt, recordedAt: now })
    const reason = await keepText(tx, input.reason)
    const { id } = await tx.governedChange.create({
      data: {
        systemId: system.id,
        profileKey: profile,
        variables,
        reason,
        reference,
        fromAt,
        untilAt,
        recordedById: actor.id,
        recordedAt: now,
      },
      select: { id: true },
    })
    return {
      result: { id, profile, late },
      events: [
        {
          action: 'governed_change.recorded',
          system: system.id,
          subject: { kind: 'governed_change', id },
          policy: active.hash,
          after: { profile, variables, from: fromAt.toISOString(), until: untilAt.toISOString(), late },
          text: reason,
        },
        ...(await reconcileSystem(work, system.id, 'explained')),
      ],
    }
  })
}
