import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { openFlag } from '@/lib/db/load-choices'
import { loadPeople } from '@/lib/db/load-people'
import { loadSystem } from '@/lib/db/load-system'
import { lockSystem } from '@/lib/db/lock-system'
import { mutate } from '@/lib/db/mutate'
import { whyNotOwner } from '@/lib/domain/attestation'
import type { Ctx } from '@/lib/domain/context'
import { whyNotFlag } from '@/lib/domain/environment-flag'
import { ensure } from '@/lib/domain/refusal'
import type { recordFlagInput } from '@/lib/schemas/contract-choice'
import { whyNotKeyName } from '@/lib/secret-filter/why-not-key-name'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { reconcileSystem } from '../finding/reconcile-findings'

/**
 * Records the explicit flag under which a name that nobody declared counts as another class than production (001.7): with an owner, a reason and an end. From
 * its end on the name counts as production again, whoever looks.
 */
export async function recordFlag(ctx: Ctx, input: z.output<typeof recordFlagInput>): Promise<{ id: string }> {
  ensure(whyNotSecret({ reason: input.reason }), whyNotKeyName({ name: input.name }))
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    await lockSystem(tx, system.id)
    const before = await openFlag(tx, system.id, input.name)
    const isInForce = before !== null && before.expiresAt > now
    const { name, countsAs, owner, expiresAt } = input
    ensure(whyNotFlag(active.policy, { name, expiresAt }, isInForce, actor, now))
    ensure(
      whyNotOwner(
        system,
        (await loadPeople(tx, [system.id], now)).find(({ id }) => id === owner),
        now,
      ),
    )
    if (before) await tx.environmentFlag.update({ where: { id: before.id }, data: { endedAt: before.expiresAt } })
    const reason = await keepText(tx, input.reason)
    const { id } = await tx.environmentFlag.create({
      data: { systemId: system.id, name, countsAs, reason, ownerId: owner, recordedById: actor.id, recordedAt: now, expiresAt },
      select: { id: true },
    })
    return {
      result: { id },
      events: [
        {
          action: 'environment_flag.recorded',
          system: system.id,
          subject: { kind: 'environment_flag', id },
          policy: active.hash,
          after: { name, class: countsAs, owner, expiresAt: expiresAt.toISOString() },
          text: reason,
        },
        ...(await reconcileSystem(work, system.id, 'explained')),
      ],
    }
  })
}
