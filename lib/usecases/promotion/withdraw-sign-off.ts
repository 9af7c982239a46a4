import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotWithdrawSignOff } from '@/lib/domain/promotion'
import { ensure, refuse } from '@/lib/domain/refusal'
import type { withdrawSignOffInput } from '@/lib/schemas/promotion'

/** Takes back one's own signature until the deployment starts. The record of it stays; an approved promotion is approved no longer. */
export async function withdrawSignOff(ctx: Ctx, input: z.output<typeof withdrawSignOffInput>): Promise<{ promotion: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const found = await tx.signOff.findUnique({
      where: { id: input.signOff },
      include: { sealedVersion: { select: { promotionId: true } } },
    })
    ensure(found?.sealedVersion.promotionId ? null : refuse('not_found', `There is no signature ${input.signOff} that you can see.`))
    const facts = await loadPromotionForUpdate(tx, found?.sealedVersion.promotionId as string, readableSystems(actor, now), now)
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
    const notes = await tx.sealedVersion.updateMany({
      where: { subject: 'release_notes', subjectId: facts.id, endedAt: null },
      data: { endedAt: now, endedBy: 'withdrawn' },
    })
    const voided: AuditEvent[] =
      notes.count > 0 ? [{ action: 'release_notes.voided', system: facts.system.id, subject: { kind: 'release_notes', id: facts.id } }] : []
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
