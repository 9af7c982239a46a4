import 'server-only'
import { redactTexts } from '@/lib/db/audit'
import { loadAccountForUpdate } from '@/lib/db/load-account'
import { mutate } from '@/lib/db/mutate'
import { whyNotErase } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'

/**
 * Erases the personal data of somebody retired: name, addresses, password, devices, and the words of their statements, which begin with their name.
 * The id and every digest stay, so that every act and signature of theirs still stands on the record (T40). Cannot be undone.
 */
export function erasePerson(ctx: Ctx, input: { person: string }): Promise<void> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const who = await loadAccountForUpdate(tx, input.person)
    ensure(whyNotErase(actor, who, now))
    await tx.person.update({
      where: { principalId: who.id },
      data: { name: 'Somebody erased', email: `erased-${who.id}@erased.invalid`, passwordHash: null, timeZone: 'UTC' },
      select: { principalId: true },
    })
    // The link between a commit and the id stays, by a made-up address: separation of duties outlives the name.
    await tx.$executeRaw`UPDATE "CommitIdentity" SET email = 'erased-' || gen_random_uuid() || '@erased.invalid' WHERE "principalId" = ${who.id}::uuid`
    await tx.$executeRaw`UPDATE "ReleaseContributor" SET identity = 'erased-' || gen_random_uuid() || '@erased.invalid' WHERE "principalId" = ${who.id}::uuid`
    await tx.$executeRaw`UPDATE "Session" SET "userAgent" = '' WHERE "principalId" = ${who.id}::uuid`
    const signed = await tx.signOff.findMany({ where: { signerId: who.id }, select: { statement: true } })
    await redactTexts(
      tx,
      { ...ctx, actor },
      now,
      { kind: 'principal', id: who.id },
      signed.map(({ statement }) => statement),
    )
    return { result: undefined, events: [{ action: 'principal.erased', system: null, subject: { kind: 'principal', id: who.id } }] }
  })
}
