import 'server-only'
import { loadAccountForUpdate, lockAdmins } from '@/lib/db/load-account'
import { mutate } from '@/lib/db/mutate'
import { whyNotManagePeople, whyNotRetire } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'

/**
 * Retires a person or an agent: no sign-in, no roles, no tokens from this moment on, theirs or made by them. What they did stays on the record;
 * nobody is ever deleted (T40). Gives how much ended.
 */
export function retirePerson(ctx: Ctx, input: { person: string }): Promise<{ grants: number; sessions: number; tokens: number }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    ensure(whyNotManagePeople(actor, now))
    // Session, token, roles: whoever is deciding holds these in this order until they commit, so they are waited for in the same one (T08).
    await tx.$queryRaw`SELECT id FROM "Session" WHERE "principalId"::text = ${input.person} AND "endedAt" IS NULL ORDER BY id FOR UPDATE`
    await tx.$queryRaw`
      SELECT id FROM "ApiToken" WHERE ("createdById"::text = ${input.person} OR "actsAsId"::text = ${input.person}) AND "revokedAt" IS NULL ORDER BY id FOR UPDATE`
    const admins = await lockAdmins(tx, now)
    const who = await loadAccountForUpdate(tx, input.person)
    const others = admins.filter((admin) => admin.principalId !== who.id)
    ensure(whyNotRetire(actor, who, others.length === 0 && admins.length > 0, now))
    const sessions =
      await tx.$executeRaw`UPDATE "Session" SET "endedAt" = ${now} WHERE "principalId" = ${who.id}::uuid AND "endedAt" IS NULL`
    const tokens = await tx.$executeRaw`
      UPDATE "ApiToken" SET "revokedAt" = ${now} WHERE ("createdById" = ${who.id}::uuid OR "actsAsId" = ${who.id}::uuid) AND "revokedAt" IS NULL`
    const grants = await tx.$executeRaw`
      UPDATE "RoleGrant" SET "endsAt" = greatest("startsAt", ${now}), "revokedById" = ${actor.id}::uuid WHERE "principalId" = ${who.id}::uuid AND ("endsAt" IS NULL OR "endsAt" > ${now})`
    await tx.principal.update({ where: { id: who.id }, data: { retiredAt: now }, select: { id: true } })
    return {
      result: { grants, sessions, tokens },
      events: [
        { action: 'principal.retired', system: null, subject: { kind: 'principal', id: who.id }, after: { grants, sessions, tokens } },
      ],
    }
  })
}
