import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadPeople } from '@/lib/db/load-people'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import { attestationTopics, whyNotAttest, whyNotOwner, whyNotTopic } from '@/lib/domain/attestation'
import type { Ctx } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'
import type { recordAttestationInput } from '@/lib/schemas/attestation'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { reconcileSystem } from '../finding/reconcile-findings'

/**
 * Records a person's dated word on what no machine reports: that it holds, or that it does not (002.14, 002.43, 002.44). It stays good as long as the policy
 * says; the newest counts. What hangs on it is judged at once.
 */
export async function recordAttestation(
  ctx: Ctx,
  input: z.output<typeof recordAttestationInput>,
): Promise<{ id: string; nextDueAt: Date }> {
  ensure(whyNotSecret({ note: input.note, link: input.link }))
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const profile = input.profile === undefined ? null : profileOrRefuse(active.policy, input.profile).id
    const topic = attestationTopics(active.policy).find((each) => each.topic === input.topic)
    ensure(whyNotTopic(active.policy, topic, input.topic, profile))
    const wanted = topic as NonNullable<typeof topic> // ensured just above
    const owner = (await loadPeople(tx, [system.id], now)).find(({ id }) => id === input.owner)
    ensure(whyNotAttest(active.policy, wanted, actor, now), whyNotOwner(system, owner, now))
    const nextDueAt = new Date(now.getTime() + wanted.everyMs)
    const note = await keepText(tx, input.note)
    const { holds, link = null } = input
    const { id } = await tx.attestation.create({
      data: {
        systemId: system.id,
        profileKey: profile,
        topic: input.topic,
        holds,
        note,
        link,
        ownerId: input.owner,
        attestedById: actor.id,
        attestedAt: now,
        nextDueAt,
      },
      select: { id: true },
    })
    return {
      result: { id, nextDueAt },
      events: [
        {
          action: 'attestation.recorded',
          system: system.id,
          subject: { kind: 'attestation', id },
          policy: active.hash,
          after: { topic: input.topic, profile, holds, owner: input.owner, nextDueAt: nextDueAt.toISOString() },
          text: note,
        },
        ...(await reconcileSystem(work, system.id)),
      ],
    }
  })
}
