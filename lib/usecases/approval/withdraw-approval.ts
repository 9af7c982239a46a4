import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import type { Tx } from '@/lib/db/client'
import { loadExceptionForUpdate } from '@/lib/db/load-exceptions'
import { loadFallbackForUpdate } from '@/lib/db/load-fallbacks'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { mutate } from '@/lib/db/mutate'
import { type Actor, type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure, type Refusal, refuse } from '@/lib/domain/refusal'
import { whyNotWithdrawApproval } from '@/lib/domain/rotation-approval'
import { type Withdrawable, whyNotLive, whyNotWithdrawExceptionApproval, whyNotWithdrawGrant } from '@/lib/domain/withdrawal'
import type { withdrawSignOffInput } from '@/lib/schemas/promotion'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/**
 * Takes back one's own approval of a rotation, until it starts, of a fallback use, until it opens, or of an exception, until the last signature lets it
 * hold. The record of it stays. (That of a promotion is `withdrawSignOff`.)
 */
export async function withdrawApproval(ctx: Ctx, input: z.output<typeof withdrawSignOffInput>): Promise<{ subject: Subject; id: string }> {
  ensure(whyNotSecret({ reason: input.reason }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const systems = readableSystems(actor, now)
    const found = await tx.signOff.findFirst({
      where: {
        id: input.signOff,
        sealedVersion: { subject: { in: [...SUBJECTS] }, ...(systems === null ? {} : { systemId: { in: systems } }) },
      },
      select: { sealedVersion: { select: { subject: true, subjectId: true, systemId: true } } },
    })
    ensure(found ? null : refuse('not_found', `There is no signature ${input.signOff} that you can see.`))
    const { subjectId, systemId, ...sealed } = (found as NonNullable<typeof found>).sealedVersion
    const subject = sealed.subject as Subject // one of those asked for
    const whyNot = await lockSubject(tx, subject, subjectId, systems, now)
    // Read again under the lock: somebody may have withdrawn it, or the version may have ended, since.
    const signOff = await tx.signOff.findUniqueOrThrow({ where: { id: input.signOff }, include: { sealedVersion: true } })
    ensure(whyNot({ ...signOff, hash: signOff.sealedHash }, actor), whyNotLive(signOff.sealedVersion))
    const reason = await keepText(tx, input.reason)
    await tx.signOff.update({ where: { id: signOff.id }, data: { withdrawnAt: now, withdrawReason: reason } })
    return {
      result: { subject, id: subjectId },
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

const SUBJECTS = ['rotation', 'fallback', 'exception'] as const
type Subject = (typeof SUBJECTS)[number]

async function lockSubject(
  tx: Tx,
  subject: Subject,
  id: string,
  systems: readonly string[] | null,
  now: Date,
): Promise<(signOff: Withdrawable & { hash: string }, actor: Actor) => Refusal | null> {
  if (subject === 'rotation') {
    const facts = await loadRotationForUpdate(tx, id, systems, now)
    return (signOff, actor) => whyNotWithdrawApproval(facts, signOff, actor)
  }
  if (subject === 'exception') {
    const facts = await loadExceptionForUpdate(tx, id, systems)
    return (signOff, actor) => whyNotWithdrawExceptionApproval(facts, signOff.hash, signOff, actor)
  }
  const facts = await loadFallbackForUpdate(tx, id, systems)
  return (signOff, actor) => whyNotWithdrawGrant(facts, signOff, actor, now)
}
