import 'server-only'
import { loadGrantForUpdate, lockAdmins } from '@/lib/db/load-account'
import { mutate } from '@/lib/db/mutate'
import { whyNotEndGrant } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'

/**
 * Ends a role now. A use case that relied on it holds the row until it commits; one that begins later no longer finds it (T08). The last admin of
 * every system stays. Signatures already given with it stand: they name the grant they rested on.
 */
export function endGrant(ctx: Ctx, input: { grant: string }): Promise<void> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const admins = await lockAdmins(tx, now)
    const grant = await loadGrantForUpdate(tx, input.grant)
    ensure(whyNotEndGrant(actor, grant, admins.filter((admin) => admin.grantId !== grant.id).length, now))
    const endsAt = new Date(Math.max(grant.startsAt.getTime(), now.getTime()))
    await tx.roleGrant.update({ where: { id: grant.id }, data: { endsAt, revokedById: actor.id }, select: { id: true } })
    return {
      result: undefined,
      events: [
        {
          action: 'grant.ended',
          system: grant.systemId,
          subject: { kind: 'grant', id: grant.id },
          before: { endsAt: grant.endsAt?.toISOString() ?? null },
          after: { principal: grant.principalId, role: grant.role, systemId: grant.systemId },
        },
      ],
    }
  })
}
