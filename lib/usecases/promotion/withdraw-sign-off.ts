import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotWithdrawSignOff } from '@/lib/domain/promotion'
import { ensure, refuse } from '@/lib/domain/refusal'
import type { withdrawSignOffInput } from '@/lib/schemas/promotion'
import { endNotes } from './void-moved'

/** Takes back one's own signature until the deployment starts. The record of it stays; an approved promotion is approved no longer. */
export async function withdrawSignOff(ctx: Ctx, input: z.output<typeof withdrawSignOffInput>): Promise<{ promotion: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const systems = readableSystems(actor, now)
    // Seen or not is asked here, in words about the signature: the promotion's own would name it to a stranger (T23).
    const found = await tx.signOff.findFirst({
      where: {
        id: input.signOff,
        sealedVersion: { promotion: systems === null ? { isNot: null } : { systemId: { in: systems } } },
      },
      select: { sealedVersion: { select: { promotionId: true } } },
    })
    ensure(found ? null : refuse('not_found', `There is no signature ${input.signOff} that you can see.`))
    const facts = await loadPromotionForUpdate(tx, found?.sealedVersion.promotionId as string, systems, now)
    // Read again under the lock: somebody may have withdrawn it, or the version may have ended, since.
    const signOff = await tx.signOff.findUniqueOrThrow({ where: { id: input.signOff }, include: { sealedVersion: true } })
    ensure(
      whyNotWithdrawSignOff(facts, signOff, actor),
      signOff.sealedVersion.endedAt
        ? refuse(
            'wrong_state',
            `Version ${signOff.sealedVersion.number} has ended, and this signature with it. There is nothing to withdraw.`,
          )
        : null,
    )
    const reason = await keepText(tx, input.reason)
    await tx.signOff.update({ where: { id: signOff.id }, data: { withdrawnAt: now, withdrawReason: reason } })
    const voided = await endNotes(tx, now, facts, 'withdrawn')
    return {
      result: { promotion: facts.id },
      events: [
        {
          action: 'sign_off.withdrawn',
          system: facts.system.id,
          subject: { kind: 'sign_off', id: signOff.id },
          dossier: signOff.sealedHash,
          text: reason,
          after: { promotion: facts.id, slot: signOff.slotKey },
        },
        ...voided,
      ],
    }
  })
}
