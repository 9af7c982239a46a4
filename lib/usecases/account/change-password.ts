import 'server-only'
import type { z } from 'zod'
import { hashPassword, verifyPassword } from '@/lib/crypto/password'
import { db } from '@/lib/db/client'
import { mutate } from '@/lib/db/mutate'
import { takePasswordTry } from '@/lib/db/tries'
import { whyNotPassword } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { changePasswordInput } from '@/lib/schemas/account'

/** Changes one's own password, with the present one, and ends every other session (T26). Gives how many ended. */
export async function changePassword(ctx: Ctx, input: z.output<typeof changePasswordInput>): Promise<{ ended: number }> {
  const { session } = ctx.actor
  if (!session) throw new Refused(refuse('not_allowed', 'A password is changed by its owner, signed in with the browser.'))
  const person = await db.person.findUnique({
    where: { principalId: ctx.actor.id },
    select: { name: true, email: true, passwordHash: true },
  })
  if (!person) throw new Refused(refuse('not_found', 'There is no such person.'))
  const weak = whyNotPassword(input.newPassword, person)
  if (weak) throw new Refused({ ...weak, place: 'newPassword' })
  const refund = await takePasswordTry(session.id)
  if (!(await verifyPassword(person.passwordHash, input.currentPassword))) {
    throw new Refused(refuse('wrong_credentials', 'This is not your present password.', { place: 'currentPassword' }))
  }
  await refund()
  const passwordHash = await hashPassword(input.newPassword)
  return mutate(ctx, async ({ tx, now, actor }) => {
    const changed =
      await tx.$executeRaw`UPDATE "Person" SET "passwordHash" = ${passwordHash} WHERE "principalId" = ${actor.id}::uuid AND "passwordHash" = ${person.passwordHash}`
    ensure(changed === 0 ? refuse('conflict', 'Your password was changed somewhere else in this moment. Sign in with the new one.') : null)
    const ended = await tx.$executeRaw`
      UPDATE "Session" SET "endedAt" = ${now}, version = version + 1 WHERE "principalId" = ${actor.id}::uuid AND id <> ${session.id}::uuid AND "endedAt" IS NULL`
    return {
      result: { ended },
      events: [{ action: 'password.changed', system: null, subject: { kind: 'principal', id: actor.id }, after: { sessions: ended } }],
    }
  })
}
