import 'server-only'
import type { z } from 'zod'
import { verifyPassword } from '@/lib/crypto/password'
import { db } from '@/lib/db/client'
import { mutate } from '@/lib/db/mutate'
import { recordCollapsed } from '@/lib/db/record-collapsed'
import { takePasswordTry } from '@/lib/db/tries'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { stepUpInput } from '@/lib/schemas/account'

const VALID_MS = 120_000

type Sealed = { number: number; subject: 'promotion' | 'rotation' | 'fallback' | 'exception'; subjectId: string; systemId: string }

/**
 * Confirms who is about to decide, by their password, in a request of its own. Gives a proof for one decision in one slot on one sealed text, in
 * this session, good once and for two minutes (T01). Slowed down like signing in; failures are on the record.
 */
export async function stepUp(ctx: Ctx, input: z.output<typeof stepUpInput>): Promise<{ proof: string; expiresAt: Date }> {
  const { session } = ctx.actor
  if (!session) throw new Refused(refuse('not_allowed', 'Only a person signed in with the browser confirms a decision.'))
  const sealed = await sealedVersion(ctx, input.sealedHash)
  const subject = { kind: sealed.subject, id: sealed.subjectId, version: sealed.number }
  const refund = await takePasswordTry(session.id)
  const person = await db.person.findUnique({ where: { principalId: ctx.actor.id }, select: { passwordHash: true } })
  if (!(await verifyPassword(person?.passwordHash ?? null, input.password))) {
    const failed: AuditEvent = {
      action: 'step_up.failed',
      system: sealed.systemId,
      subject,
      decision: input.decision,
      dossier: input.sealedHash,
      outcome: 'refused',
      reason: 'wrong_credentials',
    }
    await recordCollapsed(`step_up ${ctx.actor.id}`, ctx, failed)
    throw new Refused(refuse('wrong_credentials', 'This is not your password. Nothing was signed; try again.', { place: 'password' }))
  }
  await refund()
  return mutate(ctx, async ({ tx, now, actor }) => {
    const expiresAt = new Date(now.getTime() + VALID_MS)
    const { id } = await tx.stepUpProof.create({
      data: {
        principalId: actor.id,
        sessionId: session.id,
        sealedHash: input.sealedHash,
        slotKey: input.slot,
        decision: input.decision,
        method: 'password',
        createdAt: now,
        expiresAt,
      },
      select: { id: true },
    })
    return {
      result: { proof: id, expiresAt },
      events: [
        {
          action: 'step_up.passed',
          system: sealed.systemId,
          subject,
          decision: input.decision,
          dossier: input.sealedHash,
          after: { slot: input.slot, method: 'password' },
        },
      ],
    }
  })
}

/** The live version with that hash, of a system the actor may read; unseen and unknown answer alike (T23). */
async function sealedVersion(ctx: Ctx, hash: string): Promise<Sealed> {
  const systems = readableSystems(ctx.actor, ctx.at ?? new Date())
  const [sealed] = await db.$queryRaw<Sealed[]>`
    SELECT number, subject, "subjectId", "systemId" FROM "SealedVersion"
    WHERE hash = ${hash} AND subject IN ('promotion', 'rotation', 'fallback', 'exception') AND "endedAt" IS NULL
      AND (${systems === null} OR "systemId" = ANY (${systems ?? []})) LIMIT 1`
  if (!sealed) throw new Refused(refuse('not_found', 'This sealed version no longer stands. Reload to see what moved.'))
  return sealed
}
