import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import type { Tx } from '@/lib/db/client'
import { loadFallbackForUpdate } from '@/lib/db/load-fallbacks'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { mutate } from '@/lib/db/mutate'
import { type Actor, type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure, type Refusal, refuse } from '@/lib/domain/refusal'
import { whyNotWithdrawApproval } from '@/lib/domain/rotation-approval'
import { type Withdrawable, whyNotLive, whyNotWithdrawGrant } from '@/lib/domain/withdrawal'
import type { withdrawSignOffInput } from '@/lib/schemas/promotion'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/**
 * Takes back one's own approval of a rotation, until it starts, or of a fallback use, until it opens. The record of it stays. (That of a promotion
 * is `withdrawSignOff`.)
 */
export async function withdrawApproval(
  ctx: Ctx,
  input: z.output<typeof withdrawSignOffInput>,
): Promise<{ subject: 'rotation' | 'fallback'; id: string }> {
  ensure(whyNotSecret({ reason: input.reason }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const systems = readableSystems(actor, now)
    const found = await tx.signOff.findFirst({
      where: {
        id: input.signOff,
        sealedVersion: { subject: { in: ['rotation', 'fallback'] }, ...(systems === null ? {} : { systemId: { in: systems } }) },
      },
      select: { sealedVersion: { select: { subject: true, subjectId: true, systemId: true } } },
    })
    ensure(found ? null : refuse('not_found', `There is no signature ${input.signOff} that you can see.`))
    const { subject, subjectId, systemId } = (found as NonNullable<typeof found>).sealedVersion
    const whyNot = await lockSubject(tx, subject === 'rotation' ? 'rotation' : 'fallback', subjectId, systems, now)
    // Read again under the lock: somebody may have withdrawn it, or the version may have ended, since.
    const signOff = await tx.signOff.findUniqueOrThrow({ where: { id: input.signOff }, include: { sealedVersion: true } })
    ensure(whyNot(signOff, actor), whyNotLive(signOff.sealedVersion))
    const reason = await keepText(tx, input.reason)
    await tx.signOff.update({ where: { id: signOff.id }, data: { withdrawnAt: now, withdrawReason: reason } })
    return {
      result: { subject: subject === 'rotation' ? 'rotation' : 'fallback', id: subjectId },
      events: [
        {
          action: 'sign_off.withdrawn',
          system: systemId,
          subject: { kind: 'sign_off', id: signOff.id },
          dossier: signOff.sealedHash,
          text: reason,
          after: { [subject]: subjectId, slot: signOff.slotKey },
        },
      ],
    }
  })
}

async function lockSubject(
  tx: Tx,
  subject: 'rotation' | 'fallback',
  id: string,
  systems: readonly string[] | null,
  now: Date,
): Promise<(signOff: Withdrawable, actor: Actor) => Refusal | null> {
  if (subject === 'rotation') {
    const facts = await loadRotationForUpdate(tx, id, systems, now)
    return (signOff, actor) => whyNotWithdrawApproval(facts, signOff, actor)
  }
  const facts = await loadFallbackForUpdate(tx, id, systems)
  return (signOff, actor) => whyNotWithdrawGrant(facts, signOff, actor, now)
}
