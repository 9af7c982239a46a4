import 'server-only'
import type { z } from 'zod'
import { loadAccountForUpdate, systemExists } from '@/lib/db/load-account'
import { mutate } from '@/lib/db/mutate'
import { whyNotForSoLong, whyNotGrant } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import { ROLE_TITLE } from '@/lib/domain/roles'
import type { giveGrantInput } from '@/lib/schemas/account'

/**
 * Grants a role for one system, or for all, from now on and until a day if one is given. Who granted it stays with the grant: nobody signs with a
 * role they gave themselves, nor with one newer than what they sign (T03). An auditor is let in for at most ninety days. Gives the grant's id.
 */
export function giveGrant(ctx: Ctx, input: z.output<typeof giveGrantInput>): Promise<{ id: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const who = await loadAccountForUpdate(tx, input.person)
    ensure(
      whyNotGrant(actor, who, { role: input.role, systemId: input.system }, now),
      input.system !== null && !(await systemExists(tx, input.system))
        ? refuse('not_found', 'There is no such system.', { place: 'system' })
        : null,
      whyNotForSoLong({ role: input.role, endsAt: input.endsOn ?? null }, now),
    )
    const [held] = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM "RoleGrant" WHERE "principalId" = ${who.id}::uuid AND role = ${input.role} AND "systemId" IS NOT DISTINCT FROM ${input.system} AND ("endsAt" IS NULL OR "endsAt" > ${now}) LIMIT 1`
    ensure(held ? refuse('conflict', `${who.name} is ${ROLE_TITLE[input.role]} there already.`, { place: 'role' }) : null)
    const { id } = await tx.roleGrant.create({
      data: {
        principalId: who.id,
        role: input.role,
        systemId: input.system,
        grantedById: actor.id,
        startsAt: now,
        endsAt: input.endsOn ?? null,
        createdAt: now,
      },
      select: { id: true },
    })
    return {
      result: { id },
      events: [
        {
          action: 'grant.given',
          system: input.system,
          subject: { kind: 'grant', id },
          after: { principal: who.id, role: input.role, systemId: input.system, endsAt: input.endsOn?.toISOString() ?? null },
        },
      ],
    }
  })
}
